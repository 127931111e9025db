//! The mood of a text, from the words in it: a weak signal, which may make an outcome more careful and decides nothing.
//!
//! Words have weights from -3 to 3; a word of denial shortly before turns one round and weakens it; the sum is squeezed
//! into -1 to 1 (as Hutto and Gilbert 2014 do). Sarcasm fools it.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::folding::fold;

/// Languages whose words are known. About a text in another one nothing is said.
const LANGUAGES: [&str; 7] = ["en", "de", "fr", "es", "pt", "it", "nl"];
/// Words that are looked back over for a denial.
const REACH: usize = 3;
/// How much a denied word still weighs, the other way round.
const DENIED: f64 = -0.6;
/// What a word written in capitals weighs more.
const SHOUTED: f64 = 1.3;
/// Squeezes the sum: a single strong word is about a half.
const SPREAD: f64 = 15.0;

/// Words by weight, in folded form, all languages together.
const WORDS: [(f64, &str); 6] = [
    (
        3.0,
        "love excellent fantastic wonderful brilliant amazing perfect superb delighted outstanding \
           hervorragend wunderbar fantastisch grossartig perfekt ausgezeichnet begeistert \
           excellente formidable merveilleux parfait parfaite genial ravi ravie \
           excelente maravilloso maravillosa fantastico fantastica perfecto perfecta encantado encantada \
           perfeito perfeita maravilhoso maravilhosa otimo otima adorei eccellente meraviglioso perfetto ottimo \
           uitstekend geweldig prachtig",
    ),
    (
        2.0,
        "great happy pleased glad thank thanks grateful awesome lovely helpful nice appreciate enjoy friendly \
           danke dankbar toll super freue freut zufrieden hilfreich freundlich \
           merci content contente heureux heureuse utile sympathique \
           gracias contento contenta feliz agradezco amable util \
           obrigado obrigada satisfeito satisfeita contente agradeco simpatico simpatica grazie felice contento gentile \
           bedankt dank blij tevreden vriendelijk",
    ),
    (
        1.0,
        "good fine works solved easy quick welcome interested like hope \
           gut gerne klappt schnell einfach interessiert bien facile rapide interesse \
           bueno buena rapido facil interesado bom boa rapido facil interessado bene buono veloce goed snel",
    ),
    (
        -1.0,
        "slow late wrong missing problem confusing unclear delay delayed difficult issue sorry unfortunately \
            langsam spat falsch fehlt problem schwierig leider verspatung lent retard faux manque probleme difficile \
            malheureusement lento tarde falta problema dificil lamentablemente atraso errado infelizmente ritardo \
            sbagliato purtroppo traag fout ontbreekt helaas",
    ),
    (
        -2.0,
        "bad unhappy disappointed disappointing angry annoyed frustrated frustrating broken complaint useless poor \
            rude waste ignored upset dissatisfied refund cancel fail failed fails \
            schlecht enttauscht enttauschend verargert wutend kaputt beschwerde nutzlos unfreundlich unzufrieden argerlich \
            mauvais mauvaise decu decue fache casse plainte inutile insatisfait insatisfaite impoli \
            malo mala decepcionado decepcionada enfadado enfadada roto queja inutil insatisfecho insatisfecha grosero \
            mau ma dececionado decepcionado zangado quebrado reclamacao insatisfeito cattivo deluso arrabbiato rotto \
            reclamo insoddisfatto slecht teleurgesteld boos kapot klacht ontevreden",
    ),
    (
        -3.0,
        "terrible horrible awful worst furious disgusting unacceptable outrageous hate scam fraud appalling \
            furchtbar schrecklich katastrophe katastrophal unverschamt inakzeptabel betrug hasse unverschamtheit \
            horrible affreux catastrophe inacceptable scandaleux arnaque deteste pire \
            pesimo pesima fatal inaceptable vergonzoso estafa odio peor \
            pessimo pessima inaceitavel vergonhoso fraude odeio pior pessimo inaccettabile vergognoso truffa odio \
            vreselijk verschrikkelijk schandalig oplichting",
    ),
];

/// Words that deny what follows.
const DENIALS: &str = "not no never dont doesnt didnt isnt wasnt arent cant wont without nothing hardly nicht kein keine keinen \
    nie niemals ohne nichts ne pas jamais sans rien no nunca sin nada nao nunca sem non mai senza niente niet geen nooit zonder";

static WEIGHTS: LazyLock<HashMap<&'static str, f64>> = LazyLock::new(|| {
    // Where languages share a word the later, worse weight counts.
    WORDS.iter().flat_map(|(weight, words)| words.split_whitespace().map(|word| (word, *weight))).collect()
});

/// The mood of a text in this language (ISO 639-1): -1 angry, 0 neither, 1 happy. `None` where the language is not known
/// or none of those whose words are.
#[must_use]
pub fn mood(text: &str, language: Option<&str>) -> Option<f64> {
    language.filter(|language| LANGUAGES.contains(language))?;
    let shouted: Vec<String> = text
        .split_whitespace()
        .filter(|word| word.chars().filter(|c| c.is_uppercase()).count() > 2 && !word.chars().any(char::is_lowercase))
        .map(|word| fold(word).trim().to_owned())
        .collect();
    let folded = fold(text);
    let words: Vec<&str> = folded.split_whitespace().collect();
    let mut sum = 0.0;
    for (at, word) in words.iter().enumerate() {
        let Some(weight) = WEIGHTS.get(word) else { continue };
        let before = words.get(at.saturating_sub(REACH)..at).unwrap_or_default();
        // The end of a sentence ends what was denied in it.
        let before = before.rsplit(|word| *word == ".").next().unwrap_or_default();
        let denied = before.iter().any(|word| DENIALS.split_whitespace().any(|denial| denial == *word));
        let loud = shouted.iter().any(|loud| loud == word);
        sum += weight * if denied { DENIED } else { 1.0 } * if loud { SHOUTED } else { 1.0 };
    }
    Some(sum / (sum * sum + SPREAD).sqrt())
}

#[cfg(test)]
mod tests {
    use super::mood;

    #[test]
    fn moods_have_the_right_sign_in_several_languages() {
        for (text, language, sign) in [
            ("Thank you so much, this is wonderful!", "en", 1.0),
            ("This is terrible, I am very disappointed", "en", -1.0),
            ("I am not happy with this", "en", -1.0),
            ("Vielen Dank, das klappt hervorragend", "de", 1.0),
            ("Das ist eine Unverschämtheit und ich bin enttäuscht", "de", -1.0),
            ("C'est inacceptable, je suis déçu", "fr", -1.0),
            ("Muchas gracias, ha sido perfecto", "es", 1.0),
            ("Estou muito insatisfeito, é péssimo", "pt", -1.0),
            ("Grazie, siete stati gentili", "it", 1.0),
            ("Wat een slecht product, ik ben boos", "nl", -1.0),
        ] {
            let found = mood(text, Some(language)).unwrap_or(0.0);
            assert!(found * sign > 0.25, "{text}: {found}");
        }
        let (calm, loud) = (mood("This is awful", Some("en")), mood("This is AWFUL", Some("en")));
        assert!(loud < calm, "{loud:?} {calm:?}");
        assert_eq!(mood("The parcel is in the hall", Some("en")), Some(0.0));
        assert_eq!(mood("これはひどい", Some("ja")), None);
        assert_eq!(mood("fine", None), None);
        let endless = "terrible ".repeat(10_000);
        assert!(mood(&endless, Some("en")).is_some_and(|mood| (-1.0..=-0.9).contains(&mood)));
    }
}
