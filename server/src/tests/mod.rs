//! Tests of the whole pipeline, without HTTP. Does not test the store alone.
