#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| backchannel_fuzz::address_judge::check(data));
