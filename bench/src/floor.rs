//! The guards of `policies/hundred.remit` by hand: what a programmer would write who may compile the policy into the
//! program. Nothing can be much faster and still look at every guard.

use remit_dsl::Outcome;

use crate::hundred::Inputs;

/// The outcomes of the guards, as masks: bit 0 is `g00`.
const MASKS: [(u128, Outcome); 4] = [
    (0x0_41a0_2000_6080_2000_4010_0700, Outcome::Escalate),
    (0x0_1000_0008_0056_0100_120a_4000, Outcome::Off),
    (0x7_2e09_cdf7_1e29_8edb_a1c5_88e5, Outcome::Approval),
    (0x8_8056_1200_8100_5024_0c20_301a, Outcome::Hold),
];

/// The guards that match, bit 0 being `g00`, and the most careful of what they demand.
#[inline(never)]
pub(crate) fn decide(s: &Inputs) -> (u128, Outcome) {
    let guards = [
        matches!(s.intent, "opening_hours" | "refund")
            && s.over_daily
            && s.margin < 50
            && matches!(s.deal_stage, "customer"),
        s.sentiment <= -400 && s.message_detects_personal_data,
        s.draft_detects_price && s.margin < 150 && matches!(s.channel, "email"),
        matches!(s.deal_stage, "trial") && matches!(s.intent, "opening_hours") && s.in_trial && s.contact_verified,
        s.message_attachment
            && s.message_detects_threat
            && (s.message_detects_personal_data || matches!(s.intent, "complaint")),
        s.deal_open && matches!(s.deal_stage, "lost") && matches!(s.message_language, "it" | "nl"),
        s.thread_depth > 12000 && !s.draft_detects_promise,
        s.message_detects_refund_demand
            && s.message_detects_threat
            && matches!(s.intent, "opening_hours" | "unsubscribe"),
        s.sentiment < -200 && matches!(s.channel, "voice") && matches!(s.intent, "question" | "unsubscribe"),
        s.deal_value >= 1000000
            && matches!(s.message_language, "de" | "it" | "nl")
            && matches!(s.intent, "complaint" | "opening_hours" | "refund"),
        s.confidence > 850
            && matches!(s.channel, "linkedin" | "voice" | "whatsapp")
            && matches!(s.intent, "question")
            && matches!(s.message_language, "de" | "fr" | "it"),
        s.sentiment <= -600
            && matches!(s.channel, "email" | "voice")
            && matches!(s.intent, "complaint" | "other" | "refund"),
        s.confidence <= 500 && matches!(s.channel, "email" | "voice") && matches!(s.intent, "thanks"),
        matches!(s.message_language, "fr" | "it")
            && matches!(s.channel, "voice")
            && s.deal_value <= 50000
            && s.contact_verified,
        s.in_minor && !s.contact_new && matches!(s.intent, "opening_hours"),
        s.switch_stop_campaign && s.message_detects_abuse,
        s.draft_detects_price
            && (s.confidence > 650 || s.thread_depth > 8000)
            && (matches!(s.channel, "linkedin") || !s.in_vip),
        s.over_daily && !s.in_minor && matches!(s.intent, "thanks"),
        s.confidence > 700 && matches!(s.channel, "linkedin" | "sms" | "voice") && s.message_detects_personal_data,
        s.draft_detects_price && matches!(s.intent, "opening_hours" | "pricing" | "refund"),
        s.in_vip && s.deal_value > 500000 && s.in_trial,
        s.draft_detects_promise && s.deal_value >= 10000 && matches!(s.intent, "thanks"),
        s.thread_depth > 4000 && s.draft_detects_promise && !s.over_daily,
        s.deal_value > 500000 && s.thread_depth > 8000 && matches!(s.channel, "chat" | "linkedin" | "voice"),
        matches!(s.deal_stage, "lost" | "trial") && s.message_detects_personal_data && matches!(s.channel, "whatsapp"),
        matches!(s.channel, "email")
            && matches!(s.intent, "other" | "refund" | "thanks")
            && !s.in_minor
            && s.in_partner,
        matches!(s.channel, "chat" | "email") && matches!(s.intent, "complaint" | "refund" | "thanks") && s.deal_open,
        matches!(s.intent, "complaint" | "opening_hours") && s.confidence >= 800 && s.switch_stop_chat,
        s.contact_verified && matches!(s.intent, "opening_hours" | "other" | "unsubscribe") && s.margin < 150,
        matches!(s.channel, "chat" | "whatsapp")
            && s.deal_value > 100000
            && (s.draft_detects_deadline || s.switch_stop_chat),
        s.switch_stop_chat && matches!(s.channel, "sms"),
        s.confidence <= 700 && matches!(s.deal_stage, "lead" | "lost") && matches!(s.channel, "chat" | "email" | "sms"),
        matches!(s.deal_stage, "customer" | "lost") && !s.message_attachment && s.message_detects_abuse,
        matches!(s.intent, "thanks")
            && s.contact_new
            && s.deal_open
            && matches!(s.channel, "chat" | "linkedin" | "voice"),
        s.sentiment < -600 && s.in_partner && s.deal_value > 50000,
        matches!(s.channel, "sms") && s.message_detects_abuse,
        matches!(s.channel, "linkedin")
            && (s.in_partner || s.confidence <= 850)
            && (matches!(s.intent, "other" | "pricing" | "unsubscribe")
                || matches!(s.message_language, "de" | "es" | "nl")),
        !s.draft_detects_promise && matches!(s.deal_stage, "customer" | "trial") && s.thread_detects_loop,
        s.contact_new
            && matches!(s.intent, "other" | "question" | "unsubscribe")
            && matches!(s.channel, "sms" | "voice"),
        s.confidence >= 800
            && (s.deal_value >= 100000 || s.contact_verified)
            && (s.deal_open || matches!(s.intent, "question" | "refund" | "thanks")),
        s.thread_depth > 8000 && matches!(s.intent, "unsubscribe") && matches!(s.deal_stage, "lost"),
        !s.in_minor && matches!(s.intent, "pricing") && s.deal_open,
        matches!(s.intent, "complaint" | "other") && s.message_detects_personal_data && s.contact_new,
        s.contact_new && s.contact_verified && matches!(s.intent, "complaint"),
        !s.in_partner && matches!(s.intent, "other" | "thanks") && matches!(s.message_language, "es" | "fr"),
        !s.in_vip
            && matches!(s.message_language, "en" | "fr" | "nl")
            && (matches!(s.intent, "pricing" | "unsubscribe") || matches!(s.deal_stage, "lost")),
        s.draft_detects_deadline && s.in_minor && matches!(s.channel, "sms" | "whatsapp"),
        matches!(s.intent, "pricing" | "thanks") && s.message_detects_abuse && s.deal_open,
        s.draft_detects_price && s.in_vip && s.message_detects_threat,
        s.deal_open && s.confidence < 600 && matches!(s.channel, "email" | "whatsapp"),
        matches!(s.intent, "opening_hours" | "pricing" | "question")
            && (matches!(s.channel, "chat" | "email" | "linkedin") || s.in_vip)
            && (s.in_minor || s.message_detects_personal_data),
        s.switch_stop_chat && s.message_attachment && matches!(s.channel, "linkedin" | "sms" | "voice"),
        matches!(s.channel, "sms") && s.confidence > 650 && s.thread_depth > 12000 && s.contact_new,
        !s.message_detects_personal_data && matches!(s.channel, "sms"),
        s.margin < 50
            && s.message_detects_abuse
            && (matches!(s.channel, "linkedin" | "whatsapp") || s.message_detects_personal_data),
        matches!(s.channel, "linkedin") && matches!(s.deal_stage, "customer" | "lead") && s.in_minor,
        s.deal_value <= 10000 && s.confidence <= 600 && s.message_detects_refund_demand,
        matches!(s.intent, "question") && s.thread_depth > 8000,
        s.switch_stop_campaign && !s.message_detects_threat,
        s.confidence >= 600 && matches!(s.intent, "question"),
        s.confidence <= 850 && matches!(s.channel, "linkedin" | "voice") && matches!(s.deal_stage, "lost" | "trial"),
        s.thread_depth > 4000 && s.thread_detects_loop && s.confidence <= 850,
        s.draft_detects_promise
            && matches!(s.intent, "pricing" | "refund" | "unsubscribe")
            && !s.switch_stop_campaign
            && s.draft_detects_deadline,
        s.sentiment < -400 && matches!(s.channel, "sms" | "voice") && s.confidence >= 800,
        matches!(s.channel, "email")
            && (matches!(s.intent, "pricing") || s.draft_detects_price)
            && (s.margin < 50 || matches!(s.message_language, "de" | "en" | "it")),
        matches!(s.intent, "thanks") && s.thread_detects_loop && !s.contact_new,
        s.sentiment <= -800
            && matches!(s.intent, "other" | "question" | "unsubscribe")
            && s.message_detects_threat
            && s.message_attachment,
        s.thread_depth > 8000 && s.margin < 150 && matches!(s.intent, "pricing" | "refund"),
        matches!(s.channel, "email" | "linkedin")
            && s.in_vip
            && (s.sentiment < -400 || matches!(s.message_language, "en" | "fr" | "it")),
        s.deal_open && s.confidence <= 850 && s.draft_detects_promise && !s.in_partner,
        !s.deal_open
            && s.confidence >= 900
            && matches!(s.intent, "pricing" | "refund" | "unsubscribe")
            && s.message_detects_threat,
        s.margin < 200 && matches!(s.intent, "opening_hours") && (s.thread_depth > 4000 || s.deal_value >= 500000),
        !s.message_detects_personal_data && s.thread_depth > 12000 && !s.over_daily,
        matches!(s.message_language, "es" | "nl")
            && s.message_detects_threat
            && matches!(s.intent, "opening_hours" | "thanks" | "unsubscribe"),
        s.confidence > 900 && s.contact_verified,
        matches!(s.message_language, "en" | "it" | "nl") && s.deal_open && s.message_detects_personal_data,
        matches!(s.intent, "opening_hours" | "other" | "unsubscribe")
            && matches!(s.channel, "voice" | "whatsapp")
            && matches!(s.message_language, "en" | "es" | "nl"),
        matches!(s.channel, "whatsapp") && s.margin < 200 && !s.deal_open,
        s.message_detects_abuse && matches!(s.intent, "refund") && matches!(s.message_language, "de" | "es" | "nl"),
        s.message_attachment
            && (matches!(s.channel, "linkedin") || s.over_daily)
            && (s.in_minor || s.thread_depth > 12000),
        matches!(s.channel, "chat" | "voice") && s.message_attachment && s.in_vip,
        s.contact_new && s.in_trial && matches!(s.channel, "sms" | "whatsapp"),
        s.sentiment <= -200
            && !s.message_detects_threat
            && (s.draft_detects_promise || matches!(s.channel, "email" | "voice")),
        matches!(s.intent, "other")
            && (s.confidence < 500 || !s.contact_verified)
            && (s.sentiment <= -200 || s.thread_detects_loop),
        matches!(s.channel, "linkedin") && matches!(s.deal_stage, "lost" | "trial") && !s.over_daily && s.contact_new,
        s.deal_value > 10000 && matches!(s.deal_stage, "lead" | "trial") && s.confidence > 500,
        s.contact_new && s.contact_verified && s.over_daily,
        matches!(s.message_language, "de" | "nl") && matches!(s.deal_stage, "lost") && !s.message_detects_refund_demand,
        s.in_vip && s.in_partner && s.message_detects_abuse,
        s.margin < 150
            && (s.thread_detects_loop || matches!(s.message_language, "en" | "it"))
            && (s.contact_verified || matches!(s.intent, "opening_hours" | "other" | "unsubscribe")),
        matches!(s.channel, "chat") && s.switch_stop_campaign && s.over_daily && matches!(s.intent, "question"),
        s.deal_value <= 1000000 && matches!(s.intent, "complaint" | "thanks") && !s.deal_open,
        s.contact_new
            && (s.message_detects_abuse || s.sentiment <= -800)
            && (s.message_attachment || s.thread_depth > 8000),
        matches!(s.intent, "complaint")
            && matches!(s.channel, "chat" | "sms" | "whatsapp")
            && (matches!(s.message_language, "es" | "fr" | "nl") || !s.in_vip),
        s.in_minor && s.confidence < 600 && matches!(s.intent, "thanks" | "unsubscribe"),
        matches!(s.channel, "linkedin" | "voice")
            && s.contact_verified
            && (s.message_detects_personal_data || s.message_attachment),
        matches!(s.intent, "pricing") && s.deal_open && s.thread_depth > 12000,
        s.switch_stop_campaign && !s.in_trial && matches!(s.intent, "question" | "unsubscribe"),
        s.draft_detects_deadline
            && matches!(s.channel, "voice")
            && (s.draft_detects_promise || matches!(s.deal_stage, "trial")),
        s.confidence <= 700 && matches!(s.deal_stage, "lead" | "trial") && matches!(s.message_language, "de" | "nl"),
    ];
    let matched = guards.iter().rev().fold(0, |matched, guard| matched << 1 | u128::from(*guard));
    let demanded = MASKS.iter().find(|(mask, _)| matched & mask != 0);
    (matched, demanded.map_or(Outcome::Send, |(_, outcome)| *outcome))
}
