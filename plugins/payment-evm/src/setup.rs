//! The settings in use: addresses read, accounts opened.

use alloy_primitives::Address;
use plugin_sdk::{Error, Host, Level, Result, Secrets};

use crate::account::Account;
use crate::settings::{Addresses, Settings};

/// The settings in use.
pub(crate) struct Setup {
    pub(crate) settings: Settings,
    pub(crate) addresses: Addresses,
    pub(crate) secrets: Secrets,
    pub(crate) host: Host,
    /// Path of the JSON-RPC as the host takes it.
    pub(crate) path: String,
    /// The operator's address, which holds what the payers' wallets are worth.
    pub(crate) hot: Account,
    /// The merchant's address, where the settings name its key.
    pub(crate) merchant: Option<Account>,
}

impl Setup {
    /// Opens the accounts. Fails with [`Error::Config`] when their addresses are not those that the settings ask for.
    pub(crate) fn new(settings: Settings, addresses: Addresses, host: &Host) -> Result<Self> {
        let secrets = host.secrets().ok_or_else(|| Error::Unsupported("the host keeps no keys".into()))?;
        let hot = Account::open(&secrets, &settings.key)?;
        let merchant =
            settings.merchant_key.as_ref().map(|handle| Account::open(&secrets, handle)).transpose()?;
        if hot.address == addresses.merchant {
            return Err(Error::Config("key: is that of the merchant's own address".into()));
        }
        if merchant.as_ref().is_some_and(|account| account.address != addresses.merchant) {
            return Err(Error::Config("merchant_key: is not that of the merchant's address".into()));
        }
        let path = settings.rpc_path();
        Ok(Self { settings, addresses, secrets, host: host.clone(), path, hot, merchant })
    }

    /// The account of an address, where its key is configured.
    pub(crate) fn account(&self, address: Address) -> Option<&Account> {
        [Some(&self.hot), self.merchant.as_ref()]
            .into_iter()
            .flatten()
            .find(|account| account.address == address)
    }

    /// Tells the operator of a node that gave no usable answer. One that does not take a broadcast is no news: it may have
    /// taken it before.
    pub(crate) fn note(&self, method: &str, what: &str) {
        let level = if method == "eth_sendRawTransaction" { Level::Debug } else { Level::Warn };
        self.host.log(level, &format!("{method}: {what}"));
    }

    /// Most wei for one gas of an operation.
    pub(crate) fn fee_cap_wei(&self) -> u128 {
        u128::from(self.settings.max_fee_per_gas_max_wei)
    }

    /// Most wei for one gas of a cancellation. It has to beat what it cancels, and uses half of that gas or less.
    pub(crate) fn cancel_fee_cap_wei(&self) -> u128 {
        self.fee_cap_wei() * 2
    }
}
