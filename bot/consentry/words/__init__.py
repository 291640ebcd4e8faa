"""What Consentry says to people, in the languages it speaks."""
