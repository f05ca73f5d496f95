//! Who may do what: roles, permissions and the one table that joins them.
use crate::name::{UnknownName, named};

named! {
    /// What a key or an operator is for.
    Role("role") {
        /// Runs the appliance.
        Admin = "admin",
        /// Serves customers: enrols, takes payments.
        Operator = "operator",
        /// Builds on the appliance: payments, webhooks, plugins.
        Integrator = "integrator",
        /// Reads everything, changes nothing.
        Auditor = "auditor",
        /// A terminal in front of customers.
        Kiosk = "kiosk",
        /// Another appliance, which has copies of the people here.
        Appliance = "appliance",
        /// A payer's own device, for that one person.
        Payer = "payer",
    }
}

named! {
    /// One kind of thing that can be done.
    Permission("permission") {
        /// See people, consents and faces' metadata.
        PeopleRead = "people.read",
        /// Add and change people and consents, enrol faces.
        PeopleWrite = "people.write",
        /// Erase people.
        PeopleErase = "people.erase",
        /// See who looks like whom.
        LookAlikesRead = "look_alikes.read",
        /// Decide about faces that are enrolled for somebody else already.
        EnrolmentsReview = "enrolments.review",
        /// Ask identity providers who people are, and see what they found.
        IdentityCheck = "identity.check",
        /// Compare an image with enrolled faces.
        FacesMatch = "faces.match",
        /// See payments and receipts.
        PaymentsRead = "payments.read",
        /// Take payments.
        PaymentsTake = "payments.take",
        /// Void and refund payments.
        PaymentsReturn = "payments.return",
        /// Close business days, bring in providers' files, settle what disagrees.
        SettlementManage = "settlement.manage",
        /// Put money into wallets.
        WalletsFund = "wallets.fund",
        /// See camera states and pictures.
        CamerasView = "cameras.view",
        /// Add, change and remove cameras.
        CamerasManage = "cameras.manage",
        /// Be a camera: send pictures.
        CamerasPush = "cameras.push",
        /// See plugins.
        PluginsRead = "plugins.read",
        /// Load plugins anew, roll them back, take them out of use and put them back.
        PluginsManage = "plugins.manage",
        /// Have another recogniser take over, and go back.
        ModelsManage = "models.manage",
        /// Add, change and remove webhooks.
        WebhooksManage = "webhooks.manage",
        /// See the system's state, metrics and events.
        SystemRead = "system.read",
        /// Read and verify the audit chain.
        AuditRead = "audit.read",
        /// Make and revoke keys and operators.
        AccessManage = "access.manage",
        /// See what the appliance goes by.
        SettingsRead = "settings.read",
        /// Lay down what the appliance goes by, and the texts that people agree to.
        SettingsManage = "settings.manage",
        /// Copy people with their templates, and hand over receipts: for appliances that follow this one.
        SyncFollow = "sync.follow",
        /// See what is one's own, withdraw, erase: for payers' devices.
        PayerOwn = "payer.own",
    }
}

/// Some of the permissions: what a key is for, of what its role may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permissions(u64);

impl Permissions {
    /// Every one, those of later versions too.
    pub const ALL: Self = Self(u64::MAX);

    /// Whether `permission` is among them.
    #[must_use]
    pub fn has(self, permission: Permission) -> bool {
        self.0 & Self::bit(permission) != 0
    }

    /// Those that there are by name, in the order of [`Permission::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.has(*permission))
    }

    fn bit(permission: Permission) -> u64 {
        1 << permission as u32
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | Self::bit(permission)))
    }
}

/// Names with blanks between them, as OAuth 2.0 writes scopes (RFC 6749, 3.3).
impl std::fmt::Display for Permissions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.iter().map(Permission::as_str).collect();
        f.write_str(&names.join(" "))
    }
}

impl std::str::FromStr for Permissions {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        text.split_whitespace().map(str::parse::<Permission>).collect()
    }
}

impl Role {
    /// Whether members of staff can have it.
    #[must_use]
    pub fn is_for_staff(self) -> bool {
        !matches!(self, Self::Appliance | Self::Payer)
    }

    /// Whether API keys can have it.
    #[must_use]
    pub fn is_for_keys(self) -> bool {
        self != Self::Payer
    }

    /// Whether this role may do `permission`. What is not listed is refused.
    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        use Permission::{
            AuditRead, CamerasManage, CamerasPush, CamerasView, EnrolmentsReview, FacesMatch, IdentityCheck,
            LookAlikesRead, PayerOwn, PaymentsRead, PaymentsReturn, PaymentsTake, PeopleRead, PeopleWrite,
            PluginsRead, SettingsRead, SyncFollow, SystemRead, WebhooksManage,
        };
        match self {
            // Templates leave an appliance for another appliance only, and nobody is somebody else's own.
            Self::Admin => !matches!(permission, SyncFollow | PayerOwn),
            Self::Appliance => permission == SyncFollow,
            Self::Payer => permission == PayerOwn,
            Self::Operator => matches!(
                permission,
                PeopleRead
                    | PeopleWrite
                    | EnrolmentsReview
                    | IdentityCheck
                    | FacesMatch
                    | PaymentsRead
                    | PaymentsTake
                    | PaymentsReturn
                    | CamerasView
                    | CamerasPush
                    | SystemRead
            ),
            Self::Integrator => matches!(
                permission,
                PeopleRead
                    | FacesMatch
                    | PaymentsRead
                    | PaymentsTake
                    | PaymentsReturn
                    | CamerasView
                    | CamerasManage
                    | CamerasPush
                    | PluginsRead
                    | WebhooksManage
                    | SystemRead
            ),
            Self::Auditor => {
                matches!(
                    permission,
                    PeopleRead
                        | LookAlikesRead
                        | PaymentsRead
                        | PluginsRead
                        | SystemRead
                        | AuditRead
                        | SettingsRead
                )
            }
            Self::Kiosk => matches!(permission, PaymentsTake | CamerasView | CamerasPush),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_read_as_they_are_written() {
        let some: Permissions = [Permission::PaymentsTake, Permission::PeopleRead].into_iter().collect();
        assert_eq!(some.to_string(), "people.read payments.take");
        assert_eq!("  payments.take people.read ".parse(), Ok(some));
        assert_eq!("".parse::<Permissions>().unwrap().iter().count(), 0);
        assert!("payments.take people.rule".parse::<Permissions>().is_err());
        let every: Permissions = Permission::ALL.iter().copied().collect();
        assert!(every != Permissions::ALL && every.iter().eq(Permissions::ALL.iter()));
        assert_eq!(every.iter().count(), Permission::ALL.len());
    }

    #[test]
    fn templates_go_to_other_appliances_only() {
        let may: Vec<_> = Role::ALL.iter().filter(|role| role.may(Permission::SyncFollow)).collect();
        assert_eq!(may, [&Role::Appliance]);
        let of_appliances: Vec<_> = Permission::ALL.iter().filter(|p| Role::Appliance.may(**p)).collect();
        assert_eq!(of_appliances, [&Permission::SyncFollow]);
    }

    #[test]
    fn what_is_a_payers_own_is_for_payers_devices_only() {
        let may: Vec<_> = Role::ALL.iter().filter(|role| role.may(Permission::PayerOwn)).collect();
        assert_eq!(may, [&Role::Payer]);
        let of_payers: Vec<_> = Permission::ALL.iter().filter(|p| Role::Payer.may(**p)).collect();
        assert_eq!(of_payers, [&Permission::PayerOwn]);
        assert!(!Role::Payer.is_for_keys() && !Role::Payer.is_for_staff());
    }

    #[test]
    fn an_auditor_changes_nothing() {
        for &permission in Permission::ALL {
            if Role::Auditor.may(permission) {
                assert!(permission.as_str().ends_with(".read"), "{permission}");
            }
        }
    }

    #[test]
    fn who_looks_like_whom_is_told_to_admins_and_auditors_only() {
        let may: Vec<_> = Role::ALL.iter().filter(|role| role.may(Permission::LookAlikesRead)).collect();
        assert_eq!(may, [&Role::Admin, &Role::Auditor]);
    }

    #[test]
    fn only_staff_who_may_enrol_decide_about_duplicates() {
        for role in Role::ALL {
            assert_eq!(role.may(Permission::EnrolmentsReview), role.may(Permission::PeopleWrite), "{role}");
        }
    }

    #[test]
    fn a_kiosk_sees_no_people_and_returns_no_money() {
        for permission in [Permission::PeopleRead, Permission::PaymentsRead, Permission::PaymentsReturn] {
            assert!(!Role::Kiosk.may(permission), "{permission}");
        }
    }

    #[test]
    fn only_an_admin_erases_funds_settles_changes_plugins_models_or_settings_and_manages_access() {
        for permission in [
            Permission::PeopleErase,
            Permission::WalletsFund,
            Permission::SettlementManage,
            Permission::PluginsManage,
            Permission::ModelsManage,
            Permission::AccessManage,
            Permission::SettingsManage,
        ] {
            let may: Vec<_> = Role::ALL.iter().filter(|role| role.may(permission)).collect();
            assert_eq!(may, [&Role::Admin], "{permission}");
        }
    }
}
