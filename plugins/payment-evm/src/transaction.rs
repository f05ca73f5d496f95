//! One EIP-1559 transaction: its bytes before and after it is signed, and read back.

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_rlp::{Decodable, Encodable, Header};

use crate::fee::Fees;

/// The byte that goes before the list of an EIP-1559 transaction.
const TYPE: u8 = 2;

/// A transaction. Its access list is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// EIP-155 id of the chain that it is for.
    pub chain_id: u64,
    /// Its number among those of its sender.
    pub nonce: u64,
    /// What it offers for its gas.
    pub fees: Fees,
    /// Most gas that it may use.
    pub gas_limit: u64,
    /// Receiver or contract.
    pub to: Address,
    /// Wei.
    pub value: U256,
    /// Calldata.
    pub data: Vec<u8>,
}

/// A signature on secp256k1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// The first half.
    pub r: U256,
    /// The second half, the lower of the two that fit.
    pub s: U256,
    /// Which of the two points with that x was meant.
    pub y_is_odd: bool,
}

/// A signed transaction as nodes take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The bytes to broadcast.
    pub raw: Vec<u8>,
    /// Their hash, by which the chain knows them.
    pub hash: B256,
}

impl Signature {
    /// The signature in 65 bytes: r, s and the recovery id. `None` when they are not one that a chain takes.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        /// Half of the curve's order: EIP-2 takes no s above it.
        const S_MAX: U256 = U256::from_limbs([
            0xdfe9_2f46_681b_20a0,
            0x5d57_6e73_57a4_501d,
            0xffff_ffff_ffff_ffff,
            0x7fff_ffff_ffff_ffff,
        ]);
        let (r, s) = (bytes.get(..32)?, bytes.get(32..64)?);
        let y_is_odd = match bytes.get(64..)? {
            [0] => false,
            [1] => true,
            _ => return None,
        };
        let (r, s) = (U256::from_be_slice(r), U256::from_be_slice(s));
        (!r.is_zero() && !s.is_zero() && s <= S_MAX).then_some(Self { r, s, y_is_odd })
    }
}

impl Transaction {
    /// What is signed.
    pub fn signing_hash(&self) -> B256 {
        keccak256(self.encoded(None))
    }

    /// The bytes to broadcast and their hash.
    pub fn signed(&self, signature: &Signature) -> Signed {
        let raw = self.encoded(Some(signature));
        Signed { hash: keccak256(&raw), raw }
    }

    fn encoded(&self, signature: Option<&Signature>) -> Vec<u8> {
        let access_list: Vec<Address> = Vec::new();
        let data = self.data.as_slice();
        let mut fields: Vec<&dyn Encodable> = vec![
            &self.chain_id,
            &self.nonce,
            &self.fees.priority_wei,
            &self.fees.max_wei,
            &self.gas_limit,
            &self.to,
            &self.value,
            &data,
            &access_list,
        ];
        if let Some(Signature { r, s, y_is_odd }) = signature {
            fields.extend::<[&dyn Encodable; 3]>([y_is_odd, r, s]);
        }
        let mut out = vec![TYPE];
        alloy_rlp::encode_list::<_, dyn Encodable>(&fields, &mut out);
        out
    }

    /// The transaction in signed bytes; `None` when they are no EIP-1559 transaction of the kind that is made here.
    pub fn read(raw: &[u8]) -> Option<Self> {
        let mut rest = raw.strip_prefix(&[TYPE])?;
        let transaction = read_fields(&mut rest).ok()?;
        rest.is_empty().then_some(transaction)
    }
}

fn read_fields(rest: &mut &[u8]) -> alloy_rlp::Result<Transaction> {
    let mut list = Header::decode_bytes(rest, true)?;
    let chain_id = u64::decode(&mut list)?;
    let nonce = u64::decode(&mut list)?;
    let priority_wei = u128::decode(&mut list)?;
    let max_wei = u128::decode(&mut list)?;
    let transaction = Transaction {
        chain_id,
        nonce,
        fees: Fees { max_wei, priority_wei },
        gas_limit: u64::decode(&mut list)?,
        to: Address::decode(&mut list)?,
        value: U256::decode(&mut list)?,
        data: Header::decode_bytes(&mut list, false)?.to_vec(),
    };
    let access_list = Header::decode_bytes(&mut list, true)?;
    bool::decode(&mut list)?;
    U256::decode(&mut list)?;
    U256::decode(&mut list)?;
    match access_list.is_empty() && list.is_empty() {
        true => Ok(transaction),
        false => Err(alloy_rlp::Error::UnexpectedLength),
    }
}

#[cfg(test)]
mod tests;
