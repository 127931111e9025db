# The guards of hundred.remit.
package hundred

matched contains "g00" if {
	input.intent in {"opening_hours", "refund"}
	input.over_daily
	input.margin < 50
	input.deal_stage == "customer"
}

matched contains "g01" if {
	input.sentiment <= -400
	input.message_detects_personal_data
}

matched contains "g02" if {
	input.draft_detects_price
	input.margin < 150
	input.channel == "email"
}

matched contains "g03" if {
	input.deal_stage == "trial"
	input.intent == "opening_hours"
	input.in_trial
	input.contact_verified
}

matched contains "g04" if {
	input.message_attachment
	input.message_detects_threat
	g04_either_2
}

g04_either_2 if input.message_detects_personal_data
g04_either_2 if input.intent == "complaint"

matched contains "g05" if {
	input.deal_open
	input.deal_stage == "lost"
	input.message_language in {"it", "nl"}
}

matched contains "g06" if {
	input.thread_depth > 12000
	not input.draft_detects_promise
}

matched contains "g07" if {
	input.message_detects_refund_demand
	input.message_detects_threat
	input.intent in {"opening_hours", "unsubscribe"}
}

matched contains "g08" if {
	input.sentiment < -200
	input.channel == "voice"
	input.intent in {"question", "unsubscribe"}
}

matched contains "g09" if {
	input.deal_value >= 1000000
	input.message_language in {"de", "it", "nl"}
	input.intent in {"complaint", "opening_hours", "refund"}
}

matched contains "g10" if {
	input.confidence > 850
	input.channel in {"linkedin", "voice", "whatsapp"}
	input.intent == "question"
	input.message_language in {"de", "fr", "it"}
}

matched contains "g11" if {
	input.sentiment <= -600
	input.channel in {"email", "voice"}
	input.intent in {"complaint", "other", "refund"}
}

matched contains "g12" if {
	input.confidence <= 500
	input.channel in {"email", "voice"}
	input.intent == "thanks"
}

matched contains "g13" if {
	input.message_language in {"fr", "it"}
	input.channel == "voice"
	input.deal_value <= 50000
	input.contact_verified
}

matched contains "g14" if {
	input.in_minor
	not input.contact_new
	input.intent == "opening_hours"
}

matched contains "g15" if {
	input.switch_stop_campaign
	input.message_detects_abuse
}

matched contains "g16" if {
	input.draft_detects_price
	g16_either_1
	g16_either_2
}

g16_either_1 if input.confidence > 650
g16_either_1 if input.thread_depth > 8000
g16_either_2 if input.channel == "linkedin"
g16_either_2 if not input.in_vip

matched contains "g17" if {
	input.over_daily
	not input.in_minor
	input.intent == "thanks"
}

matched contains "g18" if {
	input.confidence > 700
	input.channel in {"linkedin", "sms", "voice"}
	input.message_detects_personal_data
}

matched contains "g19" if {
	input.draft_detects_price
	input.intent in {"opening_hours", "pricing", "refund"}
}

matched contains "g20" if {
	input.in_vip
	input.deal_value > 500000
	input.in_trial
}

matched contains "g21" if {
	input.draft_detects_promise
	input.deal_value >= 10000
	input.intent == "thanks"
}

matched contains "g22" if {
	input.thread_depth > 4000
	input.draft_detects_promise
	not input.over_daily
}

matched contains "g23" if {
	input.deal_value > 500000
	input.thread_depth > 8000
	input.channel in {"chat", "linkedin", "voice"}
}

matched contains "g24" if {
	input.deal_stage in {"lost", "trial"}
	input.message_detects_personal_data
	input.channel == "whatsapp"
}

matched contains "g25" if {
	input.channel == "email"
	input.intent in {"other", "refund", "thanks"}
	not input.in_minor
	input.in_partner
}

matched contains "g26" if {
	input.channel in {"chat", "email"}
	input.intent in {"complaint", "refund", "thanks"}
	input.deal_open
}

matched contains "g27" if {
	input.intent in {"complaint", "opening_hours"}
	input.confidence >= 800
	input.switch_stop_chat
}

matched contains "g28" if {
	input.contact_verified
	input.intent in {"opening_hours", "other", "unsubscribe"}
	input.margin < 150
}

matched contains "g29" if {
	input.channel in {"chat", "whatsapp"}
	input.deal_value > 100000
	g29_either_2
}

g29_either_2 if input.draft_detects_deadline
g29_either_2 if input.switch_stop_chat

matched contains "g30" if {
	input.switch_stop_chat
	input.channel == "sms"
}

matched contains "g31" if {
	input.confidence <= 700
	input.deal_stage in {"lead", "lost"}
	input.channel in {"chat", "email", "sms"}
}

matched contains "g32" if {
	input.deal_stage in {"customer", "lost"}
	not input.message_attachment
	input.message_detects_abuse
}

matched contains "g33" if {
	input.intent == "thanks"
	input.contact_new
	input.deal_open
	input.channel in {"chat", "linkedin", "voice"}
}

matched contains "g34" if {
	input.sentiment < -600
	input.in_partner
	input.deal_value > 50000
}

matched contains "g35" if {
	input.channel == "sms"
	input.message_detects_abuse
}

matched contains "g36" if {
	input.channel == "linkedin"
	g36_either_1
	g36_either_2
}

g36_either_1 if input.in_partner
g36_either_1 if input.confidence <= 850
g36_either_2 if input.intent in {"other", "pricing", "unsubscribe"}
g36_either_2 if input.message_language in {"de", "es", "nl"}

matched contains "g37" if {
	not input.draft_detects_promise
	input.deal_stage in {"customer", "trial"}
	input.thread_detects_loop
}

matched contains "g38" if {
	input.contact_new
	input.intent in {"other", "question", "unsubscribe"}
	input.channel in {"sms", "voice"}
}

matched contains "g39" if {
	input.confidence >= 800
	g39_either_1
	g39_either_2
}

g39_either_1 if input.deal_value >= 100000
g39_either_1 if input.contact_verified
g39_either_2 if input.deal_open
g39_either_2 if input.intent in {"question", "refund", "thanks"}

matched contains "g40" if {
	input.thread_depth > 8000
	input.intent == "unsubscribe"
	input.deal_stage == "lost"
}

matched contains "g41" if {
	not input.in_minor
	input.intent == "pricing"
	input.deal_open
}

matched contains "g42" if {
	input.intent in {"complaint", "other"}
	input.message_detects_personal_data
	input.contact_new
}

matched contains "g43" if {
	input.contact_new
	input.contact_verified
	input.intent == "complaint"
}

matched contains "g44" if {
	not input.in_partner
	input.intent in {"other", "thanks"}
	input.message_language in {"es", "fr"}
}

matched contains "g45" if {
	not input.in_vip
	input.message_language in {"en", "fr", "nl"}
	g45_either_2
}

g45_either_2 if input.intent in {"pricing", "unsubscribe"}
g45_either_2 if input.deal_stage == "lost"

matched contains "g46" if {
	input.draft_detects_deadline
	input.in_minor
	input.channel in {"sms", "whatsapp"}
}

matched contains "g47" if {
	input.intent in {"pricing", "thanks"}
	input.message_detects_abuse
	input.deal_open
}

matched contains "g48" if {
	input.draft_detects_price
	input.in_vip
	input.message_detects_threat
}

matched contains "g49" if {
	input.deal_open
	input.confidence < 600
	input.channel in {"email", "whatsapp"}
}

matched contains "g50" if {
	input.intent in {"opening_hours", "pricing", "question"}
	g50_either_1
	g50_either_2
}

g50_either_1 if input.channel in {"chat", "email", "linkedin"}
g50_either_1 if input.in_vip
g50_either_2 if input.in_minor
g50_either_2 if input.message_detects_personal_data

matched contains "g51" if {
	input.switch_stop_chat
	input.message_attachment
	input.channel in {"linkedin", "sms", "voice"}
}

matched contains "g52" if {
	input.channel == "sms"
	input.confidence > 650
	input.thread_depth > 12000
	input.contact_new
}

matched contains "g53" if {
	not input.message_detects_personal_data
	input.channel == "sms"
}

matched contains "g54" if {
	input.margin < 50
	input.message_detects_abuse
	g54_either_2
}

g54_either_2 if input.channel in {"linkedin", "whatsapp"}
g54_either_2 if input.message_detects_personal_data

matched contains "g55" if {
	input.channel == "linkedin"
	input.deal_stage in {"customer", "lead"}
	input.in_minor
}

matched contains "g56" if {
	input.deal_value <= 10000
	input.confidence <= 600
	input.message_detects_refund_demand
}

matched contains "g57" if {
	input.intent == "question"
	input.thread_depth > 8000
}

matched contains "g58" if {
	input.switch_stop_campaign
	not input.message_detects_threat
}

matched contains "g59" if {
	input.confidence >= 600
	input.intent == "question"
}

matched contains "g60" if {
	input.confidence <= 850
	input.channel in {"linkedin", "voice"}
	input.deal_stage in {"lost", "trial"}
}

matched contains "g61" if {
	input.thread_depth > 4000
	input.thread_detects_loop
	input.confidence <= 850
}

matched contains "g62" if {
	input.draft_detects_promise
	input.intent in {"pricing", "refund", "unsubscribe"}
	not input.switch_stop_campaign
	input.draft_detects_deadline
}

matched contains "g63" if {
	input.sentiment < -400
	input.channel in {"sms", "voice"}
	input.confidence >= 800
}

matched contains "g64" if {
	input.channel == "email"
	g64_either_1
	g64_either_2
}

g64_either_1 if input.intent == "pricing"
g64_either_1 if input.draft_detects_price
g64_either_2 if input.margin < 50
g64_either_2 if input.message_language in {"de", "en", "it"}

matched contains "g65" if {
	input.intent == "thanks"
	input.thread_detects_loop
	not input.contact_new
}

matched contains "g66" if {
	input.sentiment <= -800
	input.intent in {"other", "question", "unsubscribe"}
	input.message_detects_threat
	input.message_attachment
}

matched contains "g67" if {
	input.thread_depth > 8000
	input.margin < 150
	input.intent in {"pricing", "refund"}
}

matched contains "g68" if {
	input.channel in {"email", "linkedin"}
	input.in_vip
	g68_either_2
}

g68_either_2 if input.sentiment < -400
g68_either_2 if input.message_language in {"en", "fr", "it"}

matched contains "g69" if {
	input.deal_open
	input.confidence <= 850
	input.draft_detects_promise
	not input.in_partner
}

matched contains "g70" if {
	not input.deal_open
	input.confidence >= 900
	input.intent in {"pricing", "refund", "unsubscribe"}
	input.message_detects_threat
}

matched contains "g71" if {
	input.margin < 200
	input.intent == "opening_hours"
	g71_either_2
}

g71_either_2 if input.thread_depth > 4000
g71_either_2 if input.deal_value >= 500000

matched contains "g72" if {
	not input.message_detects_personal_data
	input.thread_depth > 12000
	not input.over_daily
}

matched contains "g73" if {
	input.message_language in {"es", "nl"}
	input.message_detects_threat
	input.intent in {"opening_hours", "thanks", "unsubscribe"}
}

matched contains "g74" if {
	input.confidence > 900
	input.contact_verified
}

matched contains "g75" if {
	input.message_language in {"en", "it", "nl"}
	input.deal_open
	input.message_detects_personal_data
}

matched contains "g76" if {
	input.intent in {"opening_hours", "other", "unsubscribe"}
	input.channel in {"voice", "whatsapp"}
	input.message_language in {"en", "es", "nl"}
}

matched contains "g77" if {
	input.channel == "whatsapp"
	input.margin < 200
	not input.deal_open
}

matched contains "g78" if {
	input.message_detects_abuse
	input.intent == "refund"
	input.message_language in {"de", "es", "nl"}
}

matched contains "g79" if {
	input.message_attachment
	g79_either_1
	g79_either_2
}

g79_either_1 if input.channel == "linkedin"
g79_either_1 if input.over_daily
g79_either_2 if input.in_minor
g79_either_2 if input.thread_depth > 12000

matched contains "g80" if {
	input.channel in {"chat", "voice"}
	input.message_attachment
	input.in_vip
}

matched contains "g81" if {
	input.contact_new
	input.in_trial
	input.channel in {"sms", "whatsapp"}
}

matched contains "g82" if {
	input.sentiment <= -200
	not input.message_detects_threat
	g82_either_2
}

g82_either_2 if input.draft_detects_promise
g82_either_2 if input.channel in {"email", "voice"}

matched contains "g83" if {
	input.intent == "other"
	g83_either_1
	g83_either_2
}

g83_either_1 if input.confidence < 500
g83_either_1 if not input.contact_verified
g83_either_2 if input.sentiment <= -200
g83_either_2 if input.thread_detects_loop

matched contains "g84" if {
	input.channel == "linkedin"
	input.deal_stage in {"lost", "trial"}
	not input.over_daily
	input.contact_new
}

matched contains "g85" if {
	input.deal_value > 10000
	input.deal_stage in {"lead", "trial"}
	input.confidence > 500
}

matched contains "g86" if {
	input.contact_new
	input.contact_verified
	input.over_daily
}

matched contains "g87" if {
	input.message_language in {"de", "nl"}
	input.deal_stage == "lost"
	not input.message_detects_refund_demand
}

matched contains "g88" if {
	input.in_vip
	input.in_partner
	input.message_detects_abuse
}

matched contains "g89" if {
	input.margin < 150
	g89_either_1
	g89_either_2
}

g89_either_1 if input.thread_detects_loop
g89_either_1 if input.message_language in {"en", "it"}
g89_either_2 if input.contact_verified
g89_either_2 if input.intent in {"opening_hours", "other", "unsubscribe"}

matched contains "g90" if {
	input.channel == "chat"
	input.switch_stop_campaign
	input.over_daily
	input.intent == "question"
}

matched contains "g91" if {
	input.deal_value <= 1000000
	input.intent in {"complaint", "thanks"}
	not input.deal_open
}

matched contains "g92" if {
	input.contact_new
	g92_either_1
	g92_either_2
}

g92_either_1 if input.message_detects_abuse
g92_either_1 if input.sentiment <= -800
g92_either_2 if input.message_attachment
g92_either_2 if input.thread_depth > 8000

matched contains "g93" if {
	input.intent == "complaint"
	input.channel in {"chat", "sms", "whatsapp"}
	g93_either_2
}

g93_either_2 if input.message_language in {"es", "fr", "nl"}
g93_either_2 if not input.in_vip

matched contains "g94" if {
	input.in_minor
	input.confidence < 600
	input.intent in {"thanks", "unsubscribe"}
}

matched contains "g95" if {
	input.channel in {"linkedin", "voice"}
	input.contact_verified
	g95_either_2
}

g95_either_2 if input.message_detects_personal_data
g95_either_2 if input.message_attachment

matched contains "g96" if {
	input.intent == "pricing"
	input.deal_open
	input.thread_depth > 12000
}

matched contains "g97" if {
	input.switch_stop_campaign
	not input.in_trial
	input.intent in {"question", "unsubscribe"}
}

matched contains "g98" if {
	input.draft_detects_deadline
	input.channel == "voice"
	g98_either_2
}

g98_either_2 if input.draft_detects_promise
g98_either_2 if input.deal_stage == "trial"

matched contains "g99" if {
	input.confidence <= 700
	input.deal_stage in {"lead", "trial"}
	input.message_language in {"de", "nl"}
}

