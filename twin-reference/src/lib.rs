//! The Twin API as a small real server.
