//! Seven days: what people do, and what they must see; on real processes.
//!
//! A server, phones over the phone library, and the terminal, each a process of its own. A step does one thing
//! and reads an answer or a text, never a value inside the code. Does not wait: time is moved (see [`world`]).

mod admin;
mod later;
mod lead;
mod leaves;
mod officer;
mod phone;
mod sees;
mod supervisor;
mod worker;
mod world;
mod young;
