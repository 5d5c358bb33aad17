//! The ids of the logs whose keys the server holds: its own, one an epoch, and those of the desks.
//!
//! ```text
//!   bytes 0–5 random · 6–8 version, variant, random · 9–15 code over the first six, under the digest of the first key
//! ```
//! So the server knows them again when it has forgotten that it gave them: what a restored or rolled back
//! store lacks of such a log never comes, and nobody waits for it. The digest stays when the key changes. Does not sign, and
//! is no secret: who holds the store can make such an id, and gains nothing by it.

use aws_lc_rs::hmac;
use sync_core::ids::DeviceId;
use uuid::Uuid;

use crate::store::rows::ServerRow;

const TAG: &[u8] = b"waymark/own-log/1";
/// How many of the first bytes the code is over.
const RANDOM: usize = 6;
/// Where the code begins.
const CODE: usize = 9;

impl ServerRow {
    /// The id of a new log, from a random one.
    pub(crate) fn new_log(&self, random: Uuid) -> DeviceId {
        let mut bytes = *random.as_bytes();
        let code = self.code(&bytes);
        bytes[CODE..].copy_from_slice(&code);
        DeviceId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// Whether the server holds, or once held, the key of this log.
    pub(crate) fn keeps_log(&self, device: DeviceId) -> bool {
        let bytes = device.0.as_bytes();
        bytes[CODE..] == self.code(bytes)
    }

    fn code(&self, id: &[u8; 16]) -> [u8; 16 - CODE] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.log_code);
        let mut context = hmac::Context::with_key(&key);
        context.update(TAG);
        context.update(&id[..RANDOM]);
        let mut code = [0; 16 - CODE];
        code.copy_from_slice(&context.sign().as_ref()[..16 - CODE]);
        code
    }
}

#[cfg(test)]
mod tests {
    use sync_core::ids::{OrgId, UserId};

    use super::*;
    use crate::keys::random_id;

    fn server(log_code: Vec<u8>) -> ServerRow {
        ServerRow {
            epoch: random_id(),
            force: OrgId(random_id()),
            force_prefix: "TVP".to_owned(),
            device: DeviceId(random_id()),
            user: UserId(random_id()),
            log_code,
            public_key: Vec::new(),
        }
    }

    #[test]
    fn a_server_knows_its_logs_again_and_no_others() {
        let (one, other) = (server(vec![1; 32]), server(vec![2; 32]));
        for _ in 0..100 {
            let log = one.new_log(random_id());
            assert!(one.keeps_log(log) && !other.keeps_log(log));
            assert!(!one.keeps_log(DeviceId(random_id())), "a phone's");
        }
        assert_ne!(one.new_log(random_id()), one.new_log(random_id()));
    }
}
