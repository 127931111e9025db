//! The ugly cases of channels, by number: each is a test, or it is said why it is none. What a case is about stands in the
//! name of its test.

use std::collections::BTreeMap;

enum Shown {
    /// `FILE::TEST`, each of which must be there.
    By(&'static [&'static str]),
    /// Why there is no test.
    Not(&'static str),
}
use Shown::{By, Not};

const MAIL: &str = "engine/tests/mail_cases.rs";

/// Every case: its number, and what shows it. `@` is `engine/tests/mail_cases.rs`.
const CASES: &[(u8, Shown)] = &[
    (
        1,
        By(&[
            "@::case_001_002_line_ends_of_every_kind_read_the_same",
            "engine/tests/mail_read.rs::line_ends_do_not_matter",
        ]),
    ),
    (2, By(&["@::case_001_002_line_ends_of_every_kind_read_the_same"])),
    (3, By(&["@::case_003_004_without_a_head_or_without_a_body_it_is_kept"])),
    (4, By(&["@::case_003_004_without_a_head_or_without_a_body_it_is_kept"])),
    (5, By(&["@::case_005_006_007_boundaries_that_lie_lose_no_text"])),
    (6, By(&["@::case_005_006_007_boundaries_that_lie_lose_no_text"])),
    (7, By(&["@::case_005_006_007_boundaries_that_lie_lose_no_text"])),
    (8, By(&["engine/tests/mail_read.rs::attacks_on_the_parser_end_quickly"])),
    (9, By(&["@::case_009_headers_that_come_twice_count_once"])),
    (10, By(&["@::case_010_011_012_charsets_that_are_misnamed_are_read_all_the_same"])),
    (11, By(&["@::case_010_011_012_charsets_that_are_misnamed_are_read_all_the_same"])),
    (12, By(&["@::case_010_011_012_charsets_that_are_misnamed_are_read_all_the_same"])),
    (13, By(&["@::case_013_014_encoded_words_in_every_place_stay_readable"])),
    (14, By(&["@::case_013_014_encoded_words_in_every_place_stay_readable"])),
    (15, By(&["@::case_015_016_017_codings_that_are_broken_give_what_can_be_read"])),
    (16, By(&["@::case_015_016_017_codings_that_are_broken_give_what_can_be_read"])),
    (17, By(&["@::case_015_016_017_codings_that_are_broken_give_what_can_be_read"])),
    (18, By(&["@::case_018_019_020_attachments_have_safe_names_and_none_is_dropped"])),
    (19, By(&["@::case_018_019_020_attachments_have_safe_names_and_none_is_dropped"])),
    (20, By(&["@::case_018_019_020_attachments_have_safe_names_and_none_is_dropped"])),
    (21, By(&["@::case_021_022_023_what_is_inline_attached_or_html_has_its_place"])),
    (22, By(&["@::case_021_022_023_what_is_inline_attached_or_html_has_its_place"])),
    (23, By(&["@::case_021_022_023_what_is_inline_attached_or_html_has_its_place"])),
    (24, By(&["@::case_024_025_what_cannot_be_read_or_is_no_question_says_so"])),
    (25, By(&["@::case_024_025_what_cannot_be_read_or_is_no_question_says_so"])),
    (
        26,
        By(&[
            "engine/src/mailboxes.rs::case_026_of_a_mail_that_is_too_large_its_head_is_taken",
            "engine/src/adapters/smtp_in.rs::what_is_too_much_or_out_of_turn_is_refused_and_the_talk_goes_on",
        ]),
    ),
    (27, By(&["@::case_027_a_date_that_cannot_be_is_none"])),
    (
        28,
        By(&[
            "@::case_028_029_030_ids_are_names_and_no_more",
            "tests/it/threads.rs::case_028_029_037_045_one_mail_is_one_message_and_ours_is_never_answered",
        ]),
    ),
    (
        29,
        By(&[
            "engine/tests/mail_read.rs::two_deliveries_of_one_mail_share_a_key_and_a_forged_id_does_not",
            "tests/it/threads.rs::case_028_029_037_045_one_mail_is_one_message_and_ours_is_never_answered",
        ]),
    ),
    (30, By(&["@::case_028_029_030_ids_are_names_and_no_more"])),
    (
        31,
        By(&[
            "@::case_031_032_033_034_who_wrote_it_is_the_address_and_nothing_else",
            "engine/tests/mail_send.rs::nothing_in_a_message_can_break_out_of_its_place",
        ]),
    ),
    (32, By(&["@::case_031_032_033_034_who_wrote_it_is_the_address_and_nothing_else"])),
    (33, By(&["@::case_031_032_033_034_who_wrote_it_is_the_address_and_nothing_else"])),
    (
        34,
        By(&[
            "@::case_031_032_033_034_who_wrote_it_is_the_address_and_nothing_else",
            "engine/src/mail/address.rs::mail_addresses_become_one_key",
        ]),
    ),
    (
        35,
        By(&[
            "tests/it/threads.rs::case_035_042_043_our_reply_address_finds_the_conversation_whatever_became_of_the_headers",
        ]),
    ),
    (
        36,
        By(&[
            "tests/it/threads.rs::case_036_038_041_ids_are_no_keys_and_subjects_are_none_either",
            "tests/it/scenarios/inbox.rs::s23_a_third_party_who_answers_in_a_thread_is_not_taken_for_the_contact",
        ]),
    ),
    (37, By(&["tests/it/threads.rs::case_028_029_037_045_one_mail_is_one_message_and_ours_is_never_answered"])),
    (38, By(&["tests/it/threads.rs::case_036_038_041_ids_are_no_keys_and_subjects_are_none_either"])),
    (
        39,
        By(&[
            "@::case_039_references_of_every_shape_are_read",
            "engine/tests/mail_read.rs::thread_ids_come_best_first",
        ]),
    ),
    (
        40,
        Not(
            "A mail whose parent comes later begins a conversation of its own, and so does the parent. Were an id kept for whoever names it first, a stranger could take the id of a mail that is still on its way.",
        ),
    ),
    (41, By(&["tests/it/threads.rs::case_036_038_041_ids_are_no_keys_and_subjects_are_none_either"])),
    (
        42,
        By(&[
            "tests/it/threads.rs::case_035_042_043_our_reply_address_finds_the_conversation_whatever_became_of_the_headers",
        ]),
    ),
    (
        43,
        By(&[
            "engine/src/channels/reply_token.rs::case_043_a_token_is_read_in_any_case_and_only_where_it_was_made",
            "tests/it/threads.rs::case_035_042_043_our_reply_address_finds_the_conversation_whatever_became_of_the_headers",
        ]),
    ),
    (
        44,
        Not(
            "Within one inbox it is one message (case 28). Two inboxes have a conversation each, with the one contact; that only one of the two answers is not looked after: a limit on the contact bounds it.",
        ),
    ),
    (45, By(&["tests/it/threads.rs::case_028_029_037_045_one_mail_is_one_message_and_ours_is_never_answered"])),
    (
        46,
        By(&[
            "@::case_046_047_049_machines_and_lists_are_told_from_people",
            "tests/it/scenarios/policies.rs::s13_an_out_of_office_gets_no_reply_and_bothers_nobody",
        ]),
    ),
    (47, By(&["@::case_046_047_049_machines_and_lists_are_told_from_people"])),
    (48, By(&["tests/it/scenarios/policies.rs::s14_two_machines_that_answer_each_other_come_to_an_end"])),
    (49, By(&["@::case_046_047_049_machines_and_lists_are_told_from_people"])),
    (
        50,
        By(&[
            "engine/src/decide/told.rs::case_050_054_what_came_back_is_attributed_by_our_own_names_and_only_the_address_at_fault_is_hard",
        ]),
    ),
    (51, By(&["engine/tests/mail_fixtures.rs::bounces_are_recognised_and_attributed"])),
    (
        52,
        By(&[
            "engine/tests/mail_read.rs::bounces_in_words_name_who_and_why",
            "engine/tests/mail_fixtures.rs::bounces_are_recognised_and_attributed",
        ]),
    ),
    (
        53,
        By(&["api/tests/http/providers_mail.rs::case_050_053_055_mails_about_our_mails_take_effect_by_our_own_names"]),
    ),
    (
        54,
        By(&[
            "engine/src/decide/told.rs::case_050_054_what_came_back_is_attributed_by_our_own_names_and_only_the_address_at_fault_is_hard",
        ]),
    ),
    (
        55,
        By(&["api/tests/http/providers_mail.rs::case_050_053_055_mails_about_our_mails_take_effect_by_our_own_names"]),
    ),
    (56, By(&["engine/src/channels/delivery.rs::case_056_078_079_086_nothing_is_ever_downgraded"])),
    (57, By(&["api/tests/http/unsubscribe.rs::case_057_a_click_acts_and_a_look_does_not"])),
    (
        58,
        By(&[
            "@::case_058_a_word_in_the_quoted_footer_is_not_the_persons",
            "tests/it/scenarios/policies.rs::s12_whoever_wants_out_is_out_in_every_language",
        ]),
    ),
    (59, By(&["@::case_059_reactions_and_receipts_are_no_messages"])),
    (60, By(&["engine/src/mail/visible.rs::answers_between_quotes_stay"])),
    (
        61,
        By(&[
            "engine/src/mail/visible.rs::an_answer_below_the_quote_stays",
            "engine/src/mail/visible.rs::a_mail_that_is_only_a_quote_is_kept",
        ]),
    ),
    (62, By(&["engine/src/mail/visible.rs::prose_about_writing_is_not_cut"])),
    (63, By(&["@::case_063_064_wrapped_headers_of_quotes_are_cut_and_forwards_are_not"])),
    (64, By(&["@::case_063_064_wrapped_headers_of_quotes_are_cut_and_forwards_are_not"])),
    (65, By(&["engine/src/mail/visible.rs::a_huge_quote_takes_no_time"])),
    (
        66,
        By(&[
            "@::case_066_069_what_is_hidden_is_not_read_and_nothing_is_fetched",
            "engine/src/mail/reading.rs::hidden_words_are_not_read",
        ]),
    ),
    (
        67,
        By(&[
            "tests/it/scenarios/policies.rs::s15_what_a_mail_says_to_the_machine_changes_nothing",
            "engine/tests/injection.rs::an_attack_that_the_model_obeys_in_full_frees_nothing",
        ]),
    ),
    (
        68,
        By(&[
            "engine/tests/mail_read.rs::shared_attack_payloads_become_harmless",
            "engine/src/mail/html.rs::what_acts_goes_and_what_speaks_stays",
        ]),
    ),
    (69, By(&["@::case_066_069_what_is_hidden_is_not_read_and_nothing_is_fetched"])),
    (
        70,
        By(&[
            "engine/src/adapters/smtp_in.rs::case_070_nothing_but_crlf_dot_crlf_ends_a_mail",
            "engine/tests/mail_send.rs::what_smtp_cannot_carry_is_refused_unsent",
        ]),
    ),
    (71, By(&["engine/tests/channel_cases.rs::case_071_a_text_message_without_text_is_kept"])),
    (
        72,
        By(&[
            "engine/tests/channel_cases.rs::case_072_a_picture_alone_is_a_message_with_a_file",
            "engine/src/channels/media.rs::case_072_what_is_no_picture_is_not_taken_for_one",
            "api/tests/http/media.rs::case_072_pictures_of_a_text_message_are_fetched_kept_and_erased",
            "api/tests/http/media.rs::case_072_094_what_cannot_be_had_is_shown_as_missing_and_nobody_waits_for_it",
        ]),
    ),
    (
        73,
        By(&[
            "engine/src/channels/keywords.rs::case_073_every_reasonable_wording_ends_it",
            "api/tests/http/providers.rs::case_073_076_108_stop_stops_this_channel_and_start_begins_again",
        ]),
    ),
    (74, By(&["engine/src/channels/keywords.rs::case_074_other_uses_of_the_words_do_not"])),
    (75, By(&["engine/src/channels/keywords.rs::case_075_076_beginning_again_and_help"])),
    (76, By(&["api/tests/http/providers.rs::case_073_076_108_stop_stops_this_channel_and_start_begins_again"])),
    (77, By(&["api/tests/http/providers.rs::case_077_who_opted_out_at_the_provider_is_not_tried_again"])),
    (78, By(&["api/tests/http/providers.rs::case_078_a_callback_that_overtakes_the_answer_is_not_lost"])),
    (79, By(&["engine/src/channels/delivery.rs::case_056_078_079_086_nothing_is_ever_downgraded"])),
    (80, By(&["api/tests/http/providers.rs::case_080_109_filtered_is_failed_and_a_lost_answer_is_looked_up"])),
    (
        81,
        Not(
            "Only Vonage's old interface hands a text over in parts, and there is no provider for it here; Twilio and Telnyx join them.",
        ),
    ),
    (82, By(&["api/tests/http/providers.rs::case_071_072_082_odd_messages_are_kept_and_only_answered_where_one_can"])),
    (
        83,
        By(&[
            "engine/tests/channel_cases.rs::case_083_no_secret_means_that_nothing_is_believed",
            "engine/tests/channel_fixtures.rs::signatures_are_exact",
        ]),
    ),
    (
        84,
        By(&[
            "engine/tests/channel_cases.rs::case_084_a_character_is_never_split_and_one_odd_one_changes_the_coding",
            "engine/tests/channel_fixtures.rs::segments_are_counted_as_networks_count_them",
        ]),
    ),
    (
        85,
        By(&[
            "tests/it/flow/failures.rs::the_same_message_twice_at_the_same_moment_is_one_message",
            "tests/it/scenarios/once.rs::s06_the_same_delivery_three_times_is_one_message_and_one_run",
        ]),
    ),
    (
        86,
        By(&[
            "engine/src/channels/delivery.rs::case_056_078_079_086_nothing_is_ever_downgraded",
            "engine/src/channels/delivery.rs::order_and_repetition_do_not_matter",
        ]),
    ),
    (87, By(&["engine/tests/channel_cases.rs::case_087_each_number_of_a_batch_goes_to_its_own_channel"])),
    (88, By(&["engine/tests/channel_cases.rs::case_088_a_person_without_a_number_can_be_answered"])),
    (
        89,
        By(&[
            "engine/tests/channel_cases.rs::case_089_after_24_hours_only_a_template_leaves",
            "tests/it/flow/time.rs::whatsapp_takes_no_free_text_after_a_day",
        ]),
    ),
    (90, By(&["engine/tests/channel_cases.rs::case_090_each_error_asks_for_something_else"])),
    (91, By(&["engine/tests/channel_cases.rs::case_091_093_095_what_is_done_to_messages_is_no_message"])),
    (92, By(&["engine/tests/channel_cases.rs::case_092_094_what_cannot_be_shown_has_a_place"])),
    (93, By(&["engine/tests/channel_cases.rs::case_091_093_095_what_is_done_to_messages_is_no_message"])),
    (
        94,
        By(&[
            "engine/tests/channel_cases.rs::case_092_094_what_cannot_be_shown_has_a_place",
            "api/tests/http/media.rs::case_094_a_file_of_whatsapp_is_asked_for_by_name_and_fetched_with_the_token",
        ]),
    ),
    (95, By(&["engine/tests/channel_cases.rs::case_091_093_095_what_is_done_to_messages_is_no_message"])),
    (96, By(&["api/tests/http/chat.rs::case_096_a_visitor_is_answered_and_goes_on_where_they_were"])),
    (
        97,
        By(&[
            "api/tests/http/chat.rs::case_097_098_who_it_is_and_from_where_decides_what_they_see",
            "engine/src/channels/chat.rs::case_097_an_identity_that_does_not_hold_is_none",
        ]),
    ),
    (98, By(&["engine/src/channels/chat.rs::case_098_only_the_sites_that_are_named_show_it"])),
    (99, By(&["api/tests/http/providers_mail.rs::case_099_100_a_call_is_one_message_whatever_is_told_of_it"])),
    (100, By(&["api/tests/http/providers_mail.rs::case_099_100_a_call_is_one_message_whatever_is_told_of_it"])),
    (
        101,
        By(&[
            "api/tests/http/providers_mail.rs::case_101_a_meeting_that_is_moved_is_one_line_and_a_booking_makes_a_contact",
        ]),
    ),
    (102, By(&["engine/tests/channel_cases.rs::case_101_102_calendars_and_stages_come_in_any_order"])),
    (
        103,
        By(&[
            "engine/tests/channel_cases.rs::case_103_old_requests_are_refused_and_a_secret_that_is_replaced_still_counts",
        ]),
    ),
    (104, By(&["engine/tests/channel_cases.rs::case_104_other_shapes_are_kept_and_break_nothing"])),
    (
        105,
        By(&[
            "engine/src/egress/tests.rs::nothing_leaves_to_a_private_address_in_whatever_form_it_is_written",
            "engine/src/egress/tests.rs::names_that_lead_inside_are_refused_and_so_is_one_bad_address_among_good_ones",
        ]),
    ),
    (
        106,
        By(&[
            "tests/it/flow/failures.rs::a_send_that_certainly_failed_is_tried_again",
            "tests/it/flow/jobs.rs::the_gate_is_asked_again_before_a_dead_letter_leaves",
            "engine/tests/channel_cases.rs::case_089_after_24_hours_only_a_template_leaves",
        ]),
    ),
    (
        107,
        Not(
            "Nothing is merged by itself: an address is one contact's, and a person merges two. Which contacts may be one person is not suggested.",
        ),
    ),
    (
        108,
        By(&[
            "api/tests/http/providers.rs::case_073_076_108_stop_stops_this_channel_and_start_begins_again",
            "engine/src/channels/keywords.rs::case_108_nothing_at_all_any_more",
        ]),
    ),
    (
        109,
        By(&[
            "tests/it/crash.rs::killed_at_every_named_point_it_loses_nothing_and_repeats_nothing",
            "engine/tests/channel_cases.rs::case_109_a_provider_that_can_be_asked_is_asked_by_what_only_this_message_has",
        ]),
    ),
];

#[test]
fn every_ugly_case_is_a_test_or_says_why_it_is_none() {
    let numbers: Vec<u8> = CASES.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=109).collect::<Vec<_>>(), "each once, in order");
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut none = 0;
    for (number, shown) in CASES {
        match shown {
            Not(why) => {
                assert!(why.len() > 40, "case {number}: say why");
                println!("case {number:03} is no test: {why}");
                none += 1;
            }
            By(tests) => {
                assert!(!tests.is_empty(), "case {number} names no test");
                for test in *tests {
                    let test = test.replacen('@', MAIL, 1);
                    let (file, name) = test.rsplit_once("::").unwrap();
                    let text = files
                        .entry(file.to_owned())
                        .or_insert_with(|| std::fs::read_to_string(remit_tests::root().join(file)).unwrap());
                    let is_there =
                        text.contains(&format!("fn {name}(")) || text.contains(&format!("each_database!({name},"));
                    assert!(is_there, "case {number}: there is no test `{name}` in {file}");
                }
            }
        }
    }
    println!("{} of {} cases are tests", CASES.len() - none, CASES.len());
}
