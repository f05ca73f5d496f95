//! What is said to an ERC-20 contract and what it says: calldata, returned words, the Transfer event.

use alloy_primitives::{Address, B256, U256, b256};

/// The first four bytes of the hash of `balanceOf(address)`.
const BALANCE_OF: [u8; 4] = [0x70, 0xa0, 0x82, 0x31];
/// The first four bytes of the hash of `transfer(address,uint256)`.
const TRANSFER: [u8; 4] = [0xa9, 0x05, 0x9c, 0xbb];
/// The hash of `Transfer(address,address,uint256)`.
pub(crate) const TRANSFER_TOPIC: B256 =
    b256!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");

/// A payment within a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// Who is paid.
    pub to: Address,
    /// In the token's smallest units.
    pub units: U256,
}

/// The question how many tokens `owner` has.
pub fn balance_call(owner: Address) -> Vec<u8> {
    [&BALANCE_OF[..], owner.into_word().as_slice()].concat()
}

impl Transfer {
    /// The order to the contract.
    pub fn calldata(&self) -> Vec<u8> {
        [&TRANSFER[..], self.to.into_word().as_slice(), &self.units.to_be_bytes::<32>()].concat()
    }

    /// The order that `calldata` is; `None` when it is another.
    pub fn read(calldata: &[u8]) -> Option<Self> {
        let words = calldata.strip_prefix(&TRANSFER)?;
        let (to, units) = (words.get(..32)?, words.get(32..)?);
        (units.len() == 32).then_some(())?;
        Some(Self { to: address(B256::from_slice(to))?, units: U256::from_be_slice(units) })
    }
}

/// The address in a word; `None` when the word holds more than one.
pub(crate) fn address(word: B256) -> Option<Address> {
    let address = Address::from_word(word);
    (address.into_word() == word).then_some(address)
}

/// What `balanceOf` returned; `None` when it is not one word, as from an address without a contract.
pub fn balance(returned: &[u8]) -> Option<U256> {
    (returned.len() == 32).then(|| U256::from_be_slice(returned))
}

/// Whether `transfer` agreed. Old tokens return nothing, and revert when they do not agree.
pub fn agreed(returned: &[u8]) -> bool {
    returned.is_empty() || balance(returned) == Some(U256::ONE)
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{address, keccak256};

    use super::*;

    #[test]
    fn the_selectors_and_the_topic_are_the_hashes_of_their_signatures() {
        assert_eq!(BALANCE_OF, keccak256("balanceOf(address)")[..4]);
        assert_eq!(TRANSFER, keccak256("transfer(address,uint256)")[..4]);
        assert_eq!(TRANSFER_TOPIC, keccak256("Transfer(address,address,uint256)"));
    }

    #[test]
    fn a_transfer_reads_back_from_its_calldata_and_from_no_other() {
        let transfer = Transfer {
            to: address!("00000000000000000000000000000000000000a1"),
            units: U256::from(12_500_000),
        };
        let calldata = transfer.calldata();
        assert_eq!(calldata.len(), 68);
        assert_eq!(Transfer::read(&calldata), Some(transfer));
        let mut foreign = calldata.clone();
        foreign[0] ^= 1;
        let mut dirty = calldata.clone();
        dirty[4] = 1;
        for other in [&calldata[..67], &[&calldata[..], &[0]].concat(), &foreign, &dirty, &calldata[..4], &[]]
        {
            assert_eq!(Transfer::read(other), None, "{other:?}");
        }
    }

    #[test]
    fn only_one_word_is_a_balance_and_only_yes_or_nothing_agrees() {
        let word = |last: u8| [&[0; 31][..], &[last]].concat();
        assert_eq!(balance(&word(7)), Some(U256::from(7)));
        assert_eq!(balance(&[0xff; 32]), Some(U256::MAX));
        assert_eq!(balance(&[]), None);
        assert_eq!(balance(&[0; 33]), None);
        for (returned, expected) in
            [(vec![], true), (word(1), true), (word(0), false), (word(2), false), (vec![1], false)]
        {
            assert_eq!(agreed(&returned), expected, "{returned:?}");
        }
    }
}
