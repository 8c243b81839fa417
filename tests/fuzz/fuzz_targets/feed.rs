#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| backchannel_fuzz::feed::check(data));
