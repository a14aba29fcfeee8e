//! What the tests that cross folders share.
