// What a Jitsi deployment tells its clients, as far as this page needs it.
var config = {
  hosts: {
    domain: "meet.test",
    muc: "conference.meet.test",
    focus: "focus.meet.test",
  },
  hiddenDomain: "hidden.meet.test",
};
