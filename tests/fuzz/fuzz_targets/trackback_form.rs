#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| backchannel_fuzz::trackback_form::check(data));
