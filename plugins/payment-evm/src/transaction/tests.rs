//! Bytes against a transaction of the main chain, and bytes that are none.

use alloy_primitives::{address, b256, hex};
use k256::ecdsa::{RecoveryId, Signature as Recoverable, VerifyingKey};
use plugin_sdk::{SecretService, SignAlgorithm};

use super::*;
use crate::keys::{HOT, Keys};

/// A mined transaction: chain 1, hash 0x0ec0b6a2…, of the account 0xdd6b8b3d….
fn mined() -> (Transaction, Signature) {
    let transaction = Transaction {
        chain_id: 1,
        nonce: 0x42,
        fees: Fees { max_wei: 20_000_000_000, priority_wei: 1_000_000_000 },
        gas_limit: 44386,
        to: address!("6069a6c32cf691f5982febae4faf8a6f3ab2f0f6"),
        value: U256::ZERO,
        data: hex!(
            "a22cb4650000000000000000000000005eee75727d804a2b13038928d36f8b188945a57a"
            "0000000000000000000000000000000000000000000000000000000000000000"
        )
        .to_vec(),
    };
    let signature = [
        &hex!("840cfc572845f5786e702984c2a582528cad4b49b2a10b9db1be7fca90058565")[..],
        &hex!("25e7109ceb98168d95b09b18bbf6b685130e0562f233877d492b94eee0c5b6d1"),
        &[0],
    ]
    .concat();
    (transaction, Signature::read(&signature).unwrap())
}

fn signer(digest: B256, signature: &[u8]) -> Address {
    let recovery = RecoveryId::from_byte(signature[64]).unwrap();
    let recoverable = Recoverable::from_slice(&signature[..64]).unwrap();
    let key = VerifyingKey::recover_from_prehash(digest.as_slice(), &recoverable, recovery).unwrap();
    Address::from_raw_public_key(&key.to_sec1_point(false).as_bytes()[1..])
}

#[test]
fn the_bytes_are_those_of_the_main_chain() {
    let (transaction, signature) = mined();
    let signing_hash = b256!("0d5688ac3897124635b6cf1bc0e29d6dfebceebdc10a54d74f2ef8b56535b682");
    assert_eq!(transaction.signing_hash(), signing_hash);
    let signed = transaction.signed(&signature);
    let hash = b256!("0ec0b6a2df4d87424e5f6ad2a654e27aaeb7dac20ae9e8385cc09087ad532ee0");
    assert_eq!(signed.hash, hash);
    let raw = [&signature.r.to_be_bytes::<32>()[..], &signature.s.to_be_bytes::<32>(), &[0]].concat();
    assert_eq!(signer(signing_hash, &raw), address!("dd6b8b3dc6b7ad97db52f08a275ff4483e024cea"));
    assert_eq!(Transaction::read(&signed.raw), Some(transaction));
}

#[test]
fn what_the_host_signs_is_of_the_address_of_its_key() {
    let (transaction, _) = mined();
    let digest = transaction.signing_hash();
    let algorithm = SignAlgorithm::EcdsaSecp256k1Prehashed;
    let bytes = Keys.sign(HOT.0, algorithm, digest.as_slice()).unwrap();
    assert_eq!(signer(digest, &bytes).to_string().to_lowercase(), crate::keys::address(HOT.0));
    let signature = Signature::read(&bytes).unwrap();
    assert_eq!(Transaction::read(&transaction.signed(&signature).raw), Some(transaction));
}

#[test]
fn the_largest_and_smallest_numbers_read_back() {
    let (_, signature) = mined();
    for (number, wei, value) in [(0, 0, U256::ZERO), (u64::MAX, u128::MAX, U256::MAX)] {
        for data in [vec![], vec![0], vec![0x7f], vec![0x80; 55], vec![1; 56], vec![0; 70_000]] {
            let transaction = Transaction {
                chain_id: number,
                nonce: number,
                fees: Fees { max_wei: wei, priority_wei: wei },
                gas_limit: number,
                to: Address::ZERO,
                value,
                data,
            };
            let signed = transaction.signed(&signature);
            assert_eq!(Transaction::read(&signed.raw), Some(transaction));
        }
    }
}

#[test]
fn no_prefix_and_no_longer_text_is_a_transaction() {
    let (transaction, signature) = mined();
    let raw = transaction.signed(&signature).raw;
    for length in 0..raw.len() {
        assert_eq!(Transaction::read(&raw[..length]), None, "{length} bytes");
    }
    assert_eq!(Transaction::read(&[&raw[..], &[0]].concat()), None);
    let unsigned = transaction.encoded(None);
    assert_eq!(Transaction::read(&unsigned), None, "it has no signature");
    for kind in [0, 1, 3, 0xc0] {
        assert_eq!(Transaction::read(&[&[kind], &raw[1..]].concat()), None, "type {kind}");
    }
}

#[test]
fn a_signature_that_no_chain_takes_is_none() {
    let good = [[1_u8; 64].to_vec(), vec![1]].concat();
    assert!(Signature::read(&good).is_some_and(|signature| signature.y_is_odd));
    let with = |range: std::ops::Range<usize>, byte: u8| {
        let mut bytes = good.clone();
        bytes[range].fill(byte);
        bytes
    };
    let half = hex!("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");
    let mut highest = good.clone();
    highest[32..64].copy_from_slice(&half);
    assert!(Signature::read(&highest).is_some());
    let mut above = highest.clone();
    above[63] += 1;
    for bad in [
        vec![],
        good[..64].to_vec(),
        [&good[..], &[0]].concat(),
        with(64..65, 2),
        with(64..65, 27),
        with(0..32, 0),
        with(32..64, 0),
        above,
    ] {
        assert_eq!(Signature::read(&bad), None, "{bad:?}");
    }
}
