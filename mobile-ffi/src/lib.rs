//! mobile-ffi
