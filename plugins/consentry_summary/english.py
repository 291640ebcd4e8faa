"""English: cues and verbs."""

from __future__ import annotations

from consentry_summary.phrases import Phrases, word_set

WILL = (
    r"(?:i'll|i will|i shall|i am going to|i'm going to|i'm gonna|i'd be (?:happy|glad) to|"
    r"i would be (?:happy|glad) to|i'm happy to|i am happy to|i promise to|i volunteer to)"
)
LET_ME = r"let me"
MAY = (
    r"(?:i can|i could|i'd|i would|i need to|i have to|i must|i should|i've got to|i plan to|i "
    r"want to|i'll try to|i will try to)"
)
ADVERBS = (
    r"(?:also|then|just|quickly|definitely|personally|certainly|gladly|of course|still|"
    r"probably|even|simply|now|actually|try to|try and|go ahead and|go and|have to|need to|be "
    r"able to)"
)

TASKS = word_set(
    "send write book order call phone ring email mail message prepare draft check find ask "
    "organize "
    "organise arrange schedule fix update review test create set build contact talk speak get buy "
    "pick bring collect print translate correct handle take do make design deploy document "
    "investigate look invite inform notify confirm reserve cancel pay sign submit file follow "
    "clarify discuss plan compile gather reach research install clean repair replace order deliver "
    "coordinate circulate publish post upload download rewrite rework revise finish complete "
    "finalize finalise share forward summarize finance negotiate register measure compare "
    "calculate estimate configure migrate merge remove delete add change adapt lower raise "
    "increase reduce switch restart renew request chase proofread analyse analyze train interview "
    "drop drive cook bake paint sort figure work put provide supply approve verify refund "
    "implement sketch record edit queue count hang assemble own deal mount sew water"
)
NEVER = word_set(
    "be miss like love hate know see think guess say admit agree bet assume believe hope want wait "
    "stay always never mention read interrupt continue listen remember forget pass skip "
    "jump wrap recap need hear stop lose die regret eat spare second"
)
"""Said of the speaker or of the talk itself, whatever the date."""
TALK = word_set(
    "start begin walk go be show share explain present tell keep leave give turn try move come "
    "open close introduce hand let summarize answer mute unmute talk stand step run add quickly "
    "briefly point stick demonstrate kick do describe outline repeat"
)
"""Mostly said of this meeting; a task only when it has a later date or a clear object."""

PHRASES = Phrases(
    openers=(
        r"(?:(?:okay|ok|so|well|and|but|then|now|great|perfect|wonderful|good|fine|right|sure|yes|"
        r"yeah|yep|no problem|alright|all right|sounds good|of course|exactly|thanks|thank you|"
        r"excellent|super|cool|nice|also|anyway|absolutely|certainly|no worries|hi|hello|oh|"
        r"understood|agreed|in that case|good point|good idea|one technical question|"
        r"one more question|one more thing|another question|one question|actually|honestly|"
        r"in summary|to sum up|listen|look)\b[ ,.!:;-]*)+"
    ),
    fillers=r"(?:,\s*)?\b(?:um|uh|uhm|erm|hmm|er|you know|i mean|kind of|sort of)\b(?:\s*,)?",
    starters=(
        r"(?:,\s*|\s+)(?=(?:and|but|while) (?-i:[A-Z])\w+ (?:will|is going to)\b)|"
        r"(?:,\s*|\s+)(?=(?:(?:and|but|so|then|okay|great|perfect|yes|sure)[ ,]+)*"
        r"(?:i'll|i will|i'm going to|i am going to|let's (?:leave|keep|meet|move|go|decide|agree)|"
        r"let me|what about|how about|how many|how much|"
        r"who (?:can|could|will|would)|do we|does the|thank you|thanks|one question|"
        r"(?:can|could|would) (?:you|someone|somebody|anyone)|"
        r"i don't know|we still|talk to you|shall (?:we|i))\b)"
    ),
    subordinators=(
        r"\b(?:if|unless|when|said|says|told|asked|wonder|think|sure|know|hope|say|tell|"
        r"ask|see|that|what|which|why|how|where|who|whether|because|as|than|maybe|perhaps|or)"
        r"(?: (?:i|we|you|us|me|him|her|them|that))?,?(?: [\w']+){0,5}$"
    ),
    accept=(
        r"^(?:(?:okay|ok|oh|uh|um|well|and|so|hi|ah)[ ,.!]+)*(?:yes|yeah|yep|yup|sure|of course|"
        r"certainly|absolutely|gladly|okay|ok|fine|alright|all right|no problem|will do|"
        r"happy to|with pleasure|on it|i can|i'll|i will|can do|consider it|definitely|"
        r"that's fine|that works|sounds good|leave it|i'd be|me|i could|good idea|right away|"
        r"understood|got it|i'm on it|count on me|you got it)\b"
    ),
    refuse=(
        r"\b(?:i can't|i cannot|i can not|i won't|i will not|i'm afraid|unfortunately|no,? sorry|"
        r"sorry,? (?:no|i|but)|not me|i don't have (?:the )?time|i'd rather not|i'm not able|"
        r"i couldn't|impossible|i am not able|i have no time|i'm (?:too|fully|already) \w+|"
        r"i don't think i|not possible)\b|^no\b(?! problem| worries)"
    ),
    pointer=(
        r"\b(?:i'll|i will|i can|i could|let me|i'm happy to|i'd be happy to|happy to|i'm going to)"
        r" (?:(?:do|take|handle|own|manage|organi[sz]e|arrange|sort|cover|tackle|pick) "
        r"(?:it|that|this|that one|this one|care of (?:it|that|this))(?: (?:up|out|on|over))?|"
        r"see to (?:it|that)|look into (?:it|that|this)|deal with (?:it|that|this))\b|"
        r"\b(?:will do|i'm on it|on it|leave (?:it|that) to me|consider it done|i volunteer|"
        r"i've got (?:it|this|that)|that's (?:mine|on me)|put me down|count on me|i take "
        r"(?:that|it))\b"
    ),
    blocked=(
        r"\b(?:if i|if there(?:'s| is)|if (?:we|time|possible|it were|nobody|no one|needed|"
        r"necessary)|"
        r"if you (?:want|like|need)|unless|maybe|perhaps|i might|we might|"
        r"(?:he|she|they|\w+) (?:said|says|told|claimed|promised)|i (?:said|told|thought|promised)|"
        r"i wish|i doubt|don't think|not sure|i wonder|someday|one day|in theory|"
        r"would have|could have|should have|just kidding|joking|usually|normally|always|"
        r"every (?:day|week|month|year)|last (?:week|month|year)|yesterday|already|"
        r"i don't know|what i'll|instead of me)\b"
    ),
    retracted=(
        r"\b(?:just kidding|i'm kidding|only joking|just joking|i'm joking|was a joke|scratch that|"
        r"forget (?:that|it|what i)|never mind|i take that back|strike that|no wait|"
        r"on second thoughts?|actually i (?:can't|cannot|won't))\b"
    ),
    request=(
        r"\b(?:please|i need you to|i'd like you to|i would like you to|i want you to|"
        r"you(?:'ll| will) have to|you need to|you should|make sure you|you're going to|you "
        r"will|you'll) "
        r"(?P<what>(?!don't|do not|note|be |have a |go ahead)[a-z].+)"
    ),
    mild_request=(
        r"\b(?:(?:can|could|will|would) you(?: be able to| be so kind (?:as )?to)?|"
        r"(?:would|do) you mind|are you able to|do you want to|would you like to|"
        r"may i ask you to|can i ask you to|could i ask you to|can we count on you to|would it "
        r"be possible for you to) "
        r"(?:please |maybe |perhaps |possibly |also |just )*(?P<what>[a-z].+)"
    ),
    need=(
        r"\b(?:who (?:can|could|will|would|wants to|is going to|'s going to|should|might|has "
        r"time to|volunteers to)"
        r"(?: like to| be able to| please)?|"
        r"(?:can|could|would|will) (?:someone|somebody|anyone|anybody|one of you|one of us)(?: "
        r"please)?|"
        r"(?:someone|somebody|one of us) (?:has to|needs to|should|must|ought to|would have to|"
        r"has got to)|"
        r"we (?:still |also |really |just )*(?:need to|have to|should|must|ought to|need "
        r"(?:someone|somebody) to)) "
        r"(?P<what>.+)|"
        r"(?P<passive>\b(?:the|our|a|an|all|these|those|this) [\w' -]+ (?:still |also )*"
        r"(?:needs? to be|has to be|have to be|must be|should be) \w+.*)"
    ),
    plan=(
        r"^(?:i (?:still |also )*(?:need to|have to|must|should)|we(?:'ll| will|'re going to)?) "
        r"(?P<what>[a-z]+ .+)"
    ),
    topic=(
        r"\b(?:what about|how about|next (?:is|up is|point is)|who (?:takes|does|handles|owns|"
        r"is doing|takes care of)|"
        r"(?:then|also) there(?:'s| is)) (?P<what>(?:the|our|a|an) .+)"
    ),
    offer=r"\b(?:shall i|should i|do you want me to|would you like me to|want me to) (?P<what>.+)",
    decided=(
        r"(?:\b(?:we(?:'ve| have)?(?: all| just| now| then| therefore| also)*|"
        r"i(?:'ve| have)|it(?:'s| is| was| has been)) "
        r"(?:now |hereby |therefore |all |been )*(?:decided|agreed|settled|resolved|concluded|"
        r"chosen)(?: on| upon)?(?: to go)?|"
        r"\b(?:the|our) (?:final )?(?:decision|agreement|conclusion)(?: is| was|:)|"
        r"\b(?:decision|decided|agreed):|"
        r"\b(?:let's|let us|we'll|we will|we're going to|we are going to) (?:just )?(?:go "
        r"(?:ahead )?(?:with|for)|"
        r"agree (?:on|that|to)|settle on|stick (?:with|to)|opt for|choose|pick)|"
        r"\bwe(?:'re| are) (?:going|sticking) with|\bwe all agree(?: on| that| to)?|\bwe go "
        r"(?:with|for)|"
        r"\bwe (?:choose|pick|opt for|settle on|agree on|agree that|agree to|decide to|decide "
        r"that|decide on))"
        r"[,:]? (?:that |to |on )?(?P<what>(?!it\b|that\b|this\b|yet|nothing|what|later|not "
        r"yet|now\b)\S+(?: \S+)+)|"
        r"^(?P<passive>(?!(?:that|it|this|everything)\b)[^?]+ (?:is|are) (?:hereby |therefore |"
        r"now )?(?:approved|decided|agreed|settled))[.!]?$|"
        r"^(?P<chosen>.{3,60}? it is(?: then)?)[.!]?$"
    ),
    settled=(
        r"^(?:decided|settled|agreed then|done)[.!]?$|"
        r"\b(?:we (?:all |both )?agree(?=[.!]|$)|(?:it|that|this|the matter|everything)(?:'s| "
        r"is) (?:all |now |then |therefore |"
        r"hereby )*(?:decided|settled|agreed|a deal|fixed|final)|"
        r"let's decide (?:this|that|it|now)|let's make a decision|(?:that's|it's) a deal|"
        r"let's (?:do|make) (?:it|that)(?: then| so)?(?=[.!,]|$)|let's do it (?:that|this) way|"
        r"(?:we(?:'re| are|'ve| have)) (?:all )?(?:agreed|decided|in agreement)(?: "
        r"then)?(?=[.!,]|$)|we have a (?:decision|deal)|then we have a|"
        r"so decided|decision made|motion (?:passed|carried)|we agree on that|here's the "
        r"decision|here is the decision)\b"
    ),
    sealed=r"^(?:agreed|deal|approved|done deal|it's a deal|that's agreed|we have a deal)\b",
    proposal=(
        r"\b(?:i (?:would |'d )?(?:suggest|propose|recommend|vote for|say)(?: that)?|i'd "
        r"(?:suggest|propose|say|vote for)(?: that)?|"
        r"my (?:proposal|suggestion) is(?: that)?|(?:what|how) about|what if we|why don't we|"
        r"let's|we could|we should|shall we|should we|can we|could we|i'm in favou?r of) "
        r"(?P<what>.+)"
    ),
    motion=(
        r"\b(?:shall|can|could|should|do|may) we (?:all |then |just |now |please )*"
        r"(?:(?:agree|decide|settle|vote) (?:on |that |to |for )?|say (?:that )?|"
        r"(?=approve|go (?:ahead )?with|fix|stick|pick|choose|move|use|keep|postpone|drop|"
        r"switch|launch|ship|cancel|"
        r"hire|buy|open|close|hold|offer|extend|reduce|increase|replace|paint|plant|raise|"
        r"lower|delay|invite|release|limit))(?P<what>.+)|"
        r"\b(?:are we (?:all )?agreed|is (?:everyone|everybody) (?:okay|fine|happy)|does "
        r"(?:everyone|everybody) agree|"
        r"are we all (?:fine|okay|happy)|(?:any|no) objections)(?: that| to| on| with)+ "
        r"(?P<content>.+)"
    ),
    agreement=(
        r"\b(?:agreed|i agree|deal|approved|let's do (?:that|it|so)|it's a deal|decided|settled|"
        r"in favou?r|no objections?|works for me|that works|sounds good|i support that|fine "
        r"(?:with|by) me|same here|i'm (?:fine|happy|okay) with (?:that|it))\b"
        r"|^(?:yes|yeah|yep|sure|absolutely|definitely)\b"
    ),
    undecided=(
        r"\b(?:let's not (?:decide|agree|do that|rush|settle)|(?:haven't|have not|not|nothing|"
        r"no) (?:yet )?(?:been )?(?:decided|agreed|settled|decision|a decision)|"
        r"can't decide|cannot decide|won't decide|don't decide|postpone (?:the|that|this) "
        r"decision|decide (?:that |this |it )?(?:later|next|another|tomorrow|on \w+day)|"
        r"scratch that|forget (?:that|about that)|let's (?:wait|hold off|sleep on)|i take that "
        r"back|undo that|"
        r"not (?:a decision|final|decided)|let's undo|reverse that|take that decision back|"
        r"hold on|not so fast)\b"
    ),
    past=(
        r"\b(?:last (?:week|month|year|time|meeting|sprint|quarter|spring|summer|autumn|winter|"
        r"\w+day)|yesterday|previously|earlier this|back (?:in|then)|"
        r"(?:if|once|when|until|before|unless|whether|after|as soon as|what|why|how) (?:we|it|"
        r"that)|had decided|years? ago|months? ago|weeks? ago|days? ago|"
        r"(?:they|he|she|the board|management|the customer|the client) (?:have |has |had "
        r")?(?:decided|agreed))\b"
    ),
    question=(
        r"^(?:who|whom|whose|what|when|where|why|how|which|do|does|did|is|are|was|were|can|could|"
        r"should|shall|will|would|have|has) (?:\w+|'s) ?"
    ),
    procedural=(
        r"\b(?:can you hear|hear me|hear us|see my screen|do you have an idea|any (?:ideas?|"
        r"questions|thoughts|objections|other)|"
        r"anything else|what do you (?:mean|think)|do you (?:agree|know)\b(?=[.?]?$)|is that "
        r"(?:okay|ok|fine|right|all right|possible)|right\?|"
        r"how are you|are you (?:there|ready|okay|on mute)|can i (?:try|quickly|just|ask|say|"
        r"add)|may i|does anyone know|"
        r"(?:can|could|would|will) you|who (?:can|could|wants|volunteers|would like)|shall we|"
        r"shall i|should i|what do we change|where do we stand|"
        r"does that (?:work|make sense)|does everyone|is everyone|is everybody|are we agreed|"
        r"what's next|what is next|"
        r"does anybody|did you say|what did you say|sorry\?|pardon|how come|really\?|do you "
        r"want|would you|do you mind|you know what)\b"
    ),
    deferred=(
        r"\b(?:(?:leave|keep) (?:that|this|it|the question)(?: one| question| topic| point)? "
        r"(?:open|for (?:now|later|another)|until)|"
        r"(?:park|table|postpone) (?:that|this|it|the (?:question|topic|point))|"
        r"(?:stays?|remains?|is still|is|keep it|stay|still) (?:an )?(?:open|unresolved|"
        r"unanswered|unclear|undecided)(?: question| point| issue)?|open question|"
        r"(?:that|this|it)(?:'s| is) (?:a |more of a )?(?:question|one|matter|topic|something|"
        r"decision) (?:for|we)|"
        r"(?:can't|cannot|can not|won't|couldn't|don't have to) (?:answer|decide|resolve|solve|"
        r"settle|clarify)|"
        r"(?:let's|we'll|we will|we should|we need to|we have to|we must) (?:have to "
        r")?(?:discuss|clarify|talk about|come back to|get back to|revisit|return to|look at|"
        r"find out|figure (?:that|it) out|see|check|take) "
        r"(?:\w+ ){0,4}?(?:next|later|another|tomorrow|again|first|offline|on \w+day|in the "
        r"next|at the next|when|that out|it out)|"
        r"to be (?:clarified|decided|discussed|confirmed)|take (?:that|this|it) offline|come "
        r"back to (?:that|this|it)|circle back|"
        r"nobody knows|no one knows|no answer yet|we don't know|we do not know|we don't have "
        r"an answer|for (?:the )?next (?:meeting|time|week))\b"
    ),
    unsure=(
        r"\b(?:i (?:honestly |really |also |still )*(?:don't|do not) know|(?:i'm|i am) not "
        r"(?:entirely |really |quite |so )?(?:sure|certain)|no idea|"
        r"i (?:have|need) to (?:ask|check|discuss|find out|look)|i (?:can't|cannot) (?:say|"
        r"tell)|hard to say|good question|not yet|"
        r"i haven't (?:heard|checked|decided)|i have no idea|that's unclear|it's unclear|not "
        r"clear|it depends|difficult to say|i would have to|i'd have to|we'd have to|we would "
        r"have to)\b"
    ),
    answer=(
        r"^(?:(?:well|oh|ah|actually|so|um|uh|okay|yes|no)[ ,]+)*(?:it's|it is|that's (?!a "
        r"(?:good )?question|open|unclear|for)|that is (?!a question|open|unclear)|"
        r"it was|i know|i do\b|i checked|i just checked|i looked|i just looked|i have it here|"
        r"i found|here it is|"
        r"according to|there (?:is|are)|they (?:said|told|are|have)|about \d|around \d|exactly|\d+)"
    ),
    still_open=(
        r"\b(?:(?:we|nobody|no one)(?: still| also)? (?:don't|do not|doesn't|knows?|still "
        r"don't) (?:yet |really |actually )?(?:know |knows )?(?:yet )?(?=who|what|when|where|"
        r"why|how|which|whether|if)|"
        r"(?:it(?:'s| is)|it remains|it stays) (?:still |not |yet |completely )*(?:open|"
        r"unclear|undecided|clear|unknown|uncertain|decided|not clear)(?: yet)?,? (?=who|what|"
        r"when|where|why|how|which|whether|if)|"
        r"(?:the|one|an|another|our|my|only|a) (?:\w+ )?(?:open|remaining|unresolved|big|last) "
        r"(?:question|point|issue|item)s? (?:is|remains|:|that remains is)[,:]?|open question:|"
        r"(?:what(?:'s| is) (?:still )?(?:open|missing|unclear) is|what remains open is|still "
        r"open(?: is)?:?|still to be (?:clarified|decided)(?: is)?:?|the question (?:is|"
        r"remains)(?: still)?)|"
        r"we still (?:need to|have to|must) (?:clarify|decide|find out|figure out|know|see) "
        r"(?=who|what|when|where|why|how|which|whether|if)|"
        r"i(?:'m| am) (?:still )?(?:not sure|unsure|wondering) (?=who|what|when|where|why|how|"
        r"which|whether|if))"
        r" ?(?P<what>.+)|"
        r"(?P<whole>\bwe still have no [\w' -]+|^(?:the|our) [\w' -]+ (?:is|are|remains?|"
        r"stays?) (?:still |yet )*(?:open|unclear|undecided|an open question|not "
        r"decided)[^,.]*)"
    ),
    announces_open=(
        r"\b(?:(?:one|the|another|a) (?:\w+ )?(?:question|point|thing|issue) (?:is|remains|"
        r"stays) (?:still )?(?:open|unclear|unresolved)|"
        r"(?:one|another|there's (?:one|another|an)|there is (?:one|another|an)|i have (?:one|"
        r"an)) (?:more )?open (?:question|point|issue)|(?:what's|what is) still (?:open|"
        r"unclear))\b"
    ),
    subject=(
        r"\b(?:today (?:we|i|it's|it is)|let's (?:talk about|plan|discuss|look at|review)|"
        r"we're here to|we are here to|"
        r"welcome to|the (?:topic|agenda|goal|subject) (?:today|of|is|for)|this (?:meeting|"
        r"call) is about|on the agenda)\b"
    ),
    courtesy=(
        r"\b(?:thanks|thank you|goodbye|bye|good (?:morning|afternoon|evening)|hello|hi|"
        r"welcome back|nice to see|have a (?:nice|great|good)|"
        r"can you hear|on mute|see you|talk to you|sorry|captions|record(?:ing)? me|you're "
        r"welcome|how are you|looking forward|note.?taker|take care)\b"
    ),
)
