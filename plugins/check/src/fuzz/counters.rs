//! What is asked of each kind of step machine, drawn by chance.

use plugin_host::probe::{Begun, Instance, Vouching, Way, effect_flaw};
use plugin_host::{Effect, Money, Op, Outcome, Request, identity};

use super::case::Broken;
use super::draw::{garbled, noise, object};
use super::tills::{Counter, Machine, Tills};
use crate::identity::Desk;
use crate::payment::Till;
use crate::seed::Chance;
use crate::subject::Subject;

/// The step machines of an instance.
pub(crate) fn machines<'a>(
    subject: &Subject,
    instance: &'a Instance,
) -> Result<Vec<Box<dyn Machine + 'a>>, Broken> {
    let has = |id: &str| subject.manifest.interfaces.iter().any(|interface| interface == id);
    let mut machines: Vec<Box<dyn Machine + 'a>> = Vec::new();
    if has("facepay.payment/1") {
        let (offered, _) = instance.offered().or_else(Broken::malformed)?;
        machines.push(Box::new(Tills::new(instance, Payments { till: Till::new(subject), offered })));
    }
    if has("facepay.identity/1") {
        let vouching = instance.vouching().or_else(Broken::malformed)?;
        machines.push(Box::new(Tills::new(instance, Identities { desk: Desk::new(subject), vouching })));
    }
    Ok(machines)
}

struct Payments {
    till: Till,
    offered: Vec<Op>,
}

impl Counter for Payments {
    type Ending = Outcome;
    type Request = Request;

    fn request(&mut self, chance: &mut Chance) -> (Request, bool) {
        let offered = (self.offered.len() as u64).max(1);
        let op = match self.offered.get(chance.below(offered) as usize) {
            Some(op) if !chance.once_in(10) => *op,
            _ => Op::ALL[chance.below(Op::ALL.len() as u64) as usize],
        };
        let mut request = self.till.request(op, None);
        if chance.once_in(4) {
            let currency = ["EUR", "JPY", "XXX"][chance.below(3) as usize];
            let minor = [1, 99, 1_000_000, i64::MAX][chance.below(4) as usize];
            request.money = Money::new(minor, currency, chance.below(5) as u8).ok();
        }
        if chance.once_in(6) {
            request.provider_ref = Some(garbled("pi_3MtwBwLkdIwHu7ix28a3tqPa", chance));
        }
        if chance.once_in(6) {
            request.original_ref = chance.once_in(2).then(|| chance.bytes());
        }
        let is_fair = !chance.once_in(5);
        if !is_fair {
            request.payload_json = unfair(&request.payload_json, chance);
        }
        (request, is_fair)
    }

    fn named(request: &Request) -> (String, String) {
        (format!("{:?}", request.op), format!("{} bytes of payload", request.payload_json.len()))
    }

    fn begin<'a>(instance: &'a Instance, request: &Request) -> Begun<'a> {
        instance.begin(&Way::default(), request)
    }

    fn flaw(&self, _: &Request, effect: &Effect) -> Option<String> {
        effect_flaw(effect)
    }
}

struct Identities {
    desk: Desk,
    vouching: Vouching,
}

impl Counter for Identities {
    type Ending = identity::Finding;
    type Request = identity::Request;

    fn request(&mut self, chance: &mut Chance) -> (identity::Request, bool) {
        let verify = self.desk.verify();
        let asks_after = match self.vouching.offers(identity::Op::Sync) {
            true => chance.once_in(3),
            false => chance.once_in(20),
        };
        let mut request = if asks_after { self.desk.sync(&verify) } else { verify };
        if !asks_after && chance.once_in(2) {
            let sound = String::from_utf8_lossy(&request.document).into_owned();
            request.document = match chance.below(5) {
                0 => Vec::new(),
                1 => noise(chance),
                2 => object(chance, 0).to_string().into_bytes(),
                3 => (0..chance.below(9000)).map(|_| b'0' + chance.below(10) as u8).collect(),
                _ => garbled(&sound, chance).into_bytes(),
            };
        }
        if chance.once_in(6) {
            request.provider_ref = Some(garbled("v-0123abcd", chance));
        }
        let is_fair = !chance.once_in(5);
        if !is_fair {
            request.payload_json = unfair(&request.payload_json, chance);
            request.original_ref = chance.once_in(2).then(|| chance.bytes());
        }
        (request, is_fair)
    }

    fn named(request: &identity::Request) -> (String, String) {
        let (payload, document) = (request.payload_json.len(), request.document.len());
        (format!("{:?}", request.op), format!("{payload} bytes of payload and {document} of document"))
    }

    fn begin<'a>(instance: &'a Instance, request: &identity::Request) -> Begun<'a, identity::Finding> {
        instance.begin_identity(&Way::default(), request)
    }

    fn flaw(&self, request: &identity::Request, effect: &identity::Effect) -> Option<String> {
        self.vouching.flaw(request, effect)
    }
}

/// A payload as no host makes it.
fn unfair(sound: &[u8], chance: &mut Chance) -> Vec<u8> {
    let sound = String::from_utf8_lossy(sound).into_owned();
    match chance.below(4) {
        0 => Vec::new(),
        1 => noise(chance),
        2 => object(chance, 0).to_string().into_bytes(),
        _ => garbled(&sound, chance).into_bytes(),
    }
}
