//! What is known of words before any document is read: which say nothing of a topic, which hardly narrow
//! one down, and which are other words for the same thing. General English, workplace first; no list
//! knows of any particular company.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::words;

/// Question words, pronouns, auxiliaries, prepositions: not searched for. The second part holds the
/// question words of some other languages, where they are no words of English.
const STOP_WORDS: &str = "
a an the and or but nor so if then than that this these those there here it its
i me my mine myself we us our ours ourselves you your yours yourself he him his she her hers they them their theirs one ones
who whom whose which what when where why how whats whos hows wheres whens
is am are was were be been being do does did done doing have has had having
can could may might must shall should will would ought need needs needed im ive youre youve theyre
dont doesnt didnt cant wont isnt arent wasnt havent hasnt wouldnt couldnt shouldnt
to of in on at by for from with about into onto over under up down out off as per via between during
please tell know let lets want wants wanted get gets got getting much many any some all every each no not
also just only very too still ever even now really exactly actually quite say says said go goes going gone went
thing things anything something everything nothing someone anyone everybody somebody anybody
two three four five six seven eight nine ten after before within until
mr mrs ms dr prof without
hi hello hey thanks thank dear ok okay yes yeah well

brauche brauchen oft teuer kostet kosten arbeiten lange lang ab sein
wie viel viele wieviel wer wann wo warum wieso welche welcher welches welchen was wird werden wurde ist sind bin
habe haben hat kann konnen darf durfen muss mussen soll sollen gibt ich mein meine meinen mir mich wir uns unser
unsere der das den dem des ein eine einen einem einer und oder fur mit auf bei nach zu zum zur im ins ist es sich nicht auch
combien quel quelle quels quelles quand comment pourquoi qui que est sont ai puis peut je mon ma mes nous notre nos
le la les un une des du de dans sur avec par il elle ce cette
cuanto cuanta cuantos cuantas cual cuales cuando donde quien como puedo puede tengo tiene mi mis nuestro nuestra
el los las una unos del al en con para por se su sus
";

/// Workplace words that stand in too many questions to narrow one down.
const WEAK_WORDS: &str = "
work working company firm organisation organization business team people person staff employee colleague coworker
policy rule rules guideline guidelines procedure process handbook regulation
allow allowed permit permitted possible supposed able way time use using used make making take taking give giving
happen happens long often soon back find look looking looked apply applies available able right
";

/// Common words of English, which name a question's circumstances more often than its topic.
const COMMON_WORDS: &str = "
able accept across add afternoon again against ago ahead almost alone along already always amount another answer area
around arrive ask asks asked away bad bag bank base bed become begin begun behind believe best better big bit blue bottom box
boy break bring brought brother build building built busy buy call called car care carry case catch cause certain chance change
check child children choose city class clean clear click close closed cold colour color come comes coming common complain complete consider
contact continue cost count country couple course cover current cut daily dad dark daughter day days dead deal dear decide deep
different difficult door draw drink drive drop dry early earn easy eat either else email empty end enough enter entire evening
event exact example except expect explain extra eye face fact fail fall family far fast father feel few field figure fill final
fine finish fire first fit fix floor fly follow food foot force forget form forward free friday friend friends front full
fun further game general girl glad good great green ground group grow guess guy half hand hands happy hard head hear heard heart heavy
held help high higher hit hold home hope hot hour hours house huge hundred husband idea important include including inside instead
interest issue item job join keep kept kid kids kill kind kitchen knew large last late later lead learn least leave left length less
letter level life light like line link list listen little live local lose lost lot love low lower lunch main make man manage many
march mark market matter mean means meet meeting member mention middle mile mind minute minutes miss moment monday money month months morning most
mother move mum mom name near necessary never new news newspaper next nice night nobody normal note notice number offer office old once
open order original others outside own page paid pair paper parent parents part particular partner pass past pay paying per perhaps pick picture
piece place plan play point poor position post prefer prepare present president pretty previous price print private probably problem
product proper public pull push put quarter question quick quickly quiet rather reach read ready real reason receive recommend record red
regular remain remember remove report required rest return ring rise road room round run same saturday save school second see seem seen
sell send sense sent separate serious serve set seven several short show side sign simple since single sister sit site situation size sleep
slow small son sort sound special spend spring stand start state stay step stick stop store story straight street strong student stuff subject
such sudden suggest summer sunday supply support sure surface surprise switch system table talk teach term test think third
thought through throw thursday till today together told tomorrow tonight top total touch toward town train tree trip trouble true
try tuesday turn twice type understand upon usual usually various visit voice wait walk wall warm wash watch water
wear wednesday week weekend weeks weight wide wife wild win window winter wish without woman wonder word world worry worse worth
write wrong wrote year years yesterday yet young answerable max maximum min minimum limit limits
rang rung paid told heard bought sold met won found held spent broke chosen drove drank ate gave came wrote spoke
saw grew flew wore threw began ran fell felt slept taught caught brought thought stood understood
according allowed bill budget customer client user applies option options detail details info information
";

/// Groups of words that mean about the same at work, one group a line. Each stands for the others at
/// `SYNONYM` of its own worth. A name of two words is written with a hyphen.
const SYNONYMS: &str = "
vacation holiday leave pto time-off day-off days-off
reimburse refund repay claim expense
refund money-back pay-back repay reimburse
receipt invoice bill
buy purchase procure order acquire spend
approve authorise okay consent sign-off permission permit clearance
manager boss supervisor lead superior
salary pay wage compensation paycheck payroll earn
raise increase pay-rise
bonus incentive commission reward
sick ill unwell flu fever disease
doctor gp physician
certificate note attestation
pregnant birth baby newborn maternity paternity parental childbirth
parent mother father mum dad mom
child kid son daughter
wife husband spouse partner
bereavement funeral death died passed-away dies grandfather grandmother grandparent
wedding marriage marry married
quit resign offboarding departure terminate
fire dismiss terminate lay-off let-go sack
hire recruit candidate applicant
referral refer recommend
onboarding starter newcomer joiner new-hire
remote telework home-office wfh abroad
overtime extra-hours
office building premises
visitor guest
parking garage
badge keycard door
laptop computer notebook machine macbook
phone mobile smartphone cellphone
monitor screen display
software saas tool subscription app licence license
hardware device equipment
broken damage defective faulty cracked
stolen theft steal rob
lost lose missing misplace gone
password passphrase credential log-in
phishing suspicious scam spam phish
hacked compromise breach leak
yubikey security-key hardware-key key
incident outage downtime
pager on-call rota rotation pagerduty
deploy release ship rollout
rollback revert roll-back
pr pull-request merge-request
bug defect
appraisal evaluation review
backup restore
delete remove erase
store keep retain retention
customer client account buyer
supplier vendor contractor
contract agreement deal
discount rebate reduction much-off percent-off
price cost fee rate charge tariff
yearly annual
month monthly
week weekly
day daily
year yearly calendar
max maximum ceiling limit cap
min minimum
allowance stipend budget per-diem daily-allowance
travel trip journey
flight fly plane airline airfare
hotel accommodation lodging
taxi cab uber
car vehicle drive mileage truck lorry van
meal food lunch dinner breakfast
conference event
course training
gym fitness
insurance insurer cover
pension retirement 401k
equity share option vest
press media journalist newspaper
complaint grievance
harassment bullying discrimination
accident injury injured hurt
emergency urgent
respond response reply
deadline due
submit hand-in turn-in
carry-over roll-over carry-forward move
unused left-over remaining
cancel cancellation terminate
begin start commence
return send-back give-back
contact reach call phone ring
meeting appointment
dog pet animal
smoke vape
bank iban
currency exchange
split divide
subscription membership dues fee
rent hire lease
instalment installment payment-plan
sale charge payment transaction purchase
next following
join apply membership enrol enroll register sign-up
forbid ban prohibit
vote ballot election
duplicate twice double
error failure
verify validate
connect integrate
close shut
weird strange suspicious odd
ship deliver
prick stick
";

/// What a synonym is worth beside the word itself.
const SYNONYM: f64 = 0.8;

/// How much a word tells of a question's topic, before its rarity is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Weak,
    Common,
    Telling,
}

struct Vocabulary {
    stop: HashSet<&'static str>,
    weak: HashSet<String>,
    common: HashSet<String>,
    synonyms: HashMap<String, Vec<String>>,
    phrases: HashSet<String>,
}

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let stems = |list: &str| list.split_whitespace().map(words::stem).collect();
    let mut synonyms: HashMap<String, Vec<String>> = HashMap::new();
    let mut phrases = HashSet::new();
    for group in SYNONYMS.lines() {
        let group: Vec<&str> = group.split_whitespace().collect();
        phrases.extend(group.iter().filter(|name| name.contains('-')).map(|name| name.replace('-', "")));
        let stems: Vec<String> = group.iter().map(|name| words::stem(&name.replace('-', ""))).collect();
        for stem in &stems {
            let others = stems.iter().filter(|other| *other != stem).cloned();
            synonyms.entry(stem.clone()).or_default().extend(others);
        }
    }
    Vocabulary {
        stop: STOP_WORDS.split_whitespace().collect(),
        weak: stems(WEAK_WORDS),
        common: stems(COMMON_WORDS),
        synonyms,
        phrases,
    }
});

/// Words after which a question tells of its circumstances rather than its topic.
pub(super) fn opens_circumstances(folded: &str) -> bool {
    const OPENING: [&str; 17] = [
        "for", "in", "at", "from", "during", "when", "if", "after", "before", "because", "since", "while",
        "without", "within", "where", "as", "so",
    ];
    OPENING.contains(&folded)
}

pub(super) fn is_stop_word(folded: &str) -> bool {
    VOCABULARY.stop.contains(folded)
}

/// Whether two words name one notion together, such as `time off`; `joined` is both without the space.
pub(super) fn is_phrase(joined: &str) -> bool {
    VOCABULARY.phrases.contains(joined)
}

pub(super) fn class(stem: &str) -> Class {
    if VOCABULARY.weak.contains(stem) {
        Class::Weak
    } else if VOCABULARY.common.contains(stem) {
        Class::Common
    } else {
        Class::Telling
    }
}

/// Other index terms for a notion, and how well each stands for it.
pub(super) fn synonyms(stem: &str) -> impl Iterator<Item = (&'static str, f64)> {
    VOCABULARY.synonyms.get(stem).into_iter().flatten().map(|synonym| (synonym.as_str(), SYNONYM))
}
