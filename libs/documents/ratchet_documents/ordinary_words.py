"""Words that name no company where they stand alone: those of questions, of reports, and that many names begin with."""

from typing import Final

_WORDS: Final = """
a about above after again air all also am american an and annual answer any apart are area as ask assets at average
balance bank be been before best between big board both budget build business but by calculate can capital card
care cash central chair check chief city clean clear commerce committee common company compare compute consider
consumer contract corporate cost could court credit current customer data day deal debt decision define department
describe did different digital direct director do document does dollar domestic during dynamic each earnings east
eastern effect electric employee end energy enterprise equity estimate european every executive expense explain
express fair far federal few figure filing financial find first fiscal five food for foreign four free from full
fund future gap general give global go gold good government great green gross group growth had half has have
health her high his home house how i if in income increase independent industrial industry information insurance
interest international internet into inventory invest investment is issue it its job just key know land large last
late latest law lead lease legal let level liability life line liquidity list live loan local long look loss low
made main make management manager many margin market match material may me medical meeting metal mine minutes
model modern money month more most much name national natural net network new next no non north northern not note
notes now number of off office oil old on one online only open operating operation or orange order other our out
over own pacific paper part partner pay payment people per percent perform period person plan please point policy
power premier price prime prior private pro product production profit program progress progressive project
property public quarter quarterly question rate ratio real recent record red relate rent report research resource
result return revenue review rise risk royal safe sale sales same save say second section sector security segment
service services set several shall share she shell shop should show since small smart so social software solar
some source south southern spend standard start state statement steel stock store study subsidiary sum summarise
summarize summary sun supplier supply support system table take target tax team technical technology tell ten term
test than that the their them then there these they third this those three through time to today tomorrow top total
trade transport travel trust two under union unit united units universal until up us use utility value versus
very vision volume wage want was water we week were west western what when where whether which while white who
whole whom whose why wide will with work world would year yesterday you young your
january february march april june july august september october november december
monday tuesday wednesday thursday friday saturday sunday
auf aus bei das dem den der des die ein eine für hat im in ist mit und vergleiche von war was welche welcher
welches wer wie wieviel zu zum zur et est la le les quel quelle el los qué cuál
"""
ORDINARY: Final = frozenset(_WORDS.split())
