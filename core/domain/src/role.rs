//! Who may do what: roles, permissions and the one table that joins them.
use crate::name::named;

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
    }
}

impl Role {
    /// Whether this role may do `permission`. What is not listed is refused.
    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        use Permission::{
            AuditRead, CamerasManage, CamerasPush, CamerasView, EnrolmentsReview, FacesMatch, LookAlikesRead,
            PaymentsRead, PaymentsReturn, PaymentsTake, PeopleRead, PeopleWrite, PluginsRead, SystemRead,
            WebhooksManage,
        };
        match self {
            Self::Admin => true,
            Self::Operator => matches!(
                permission,
                PeopleRead
                    | PeopleWrite
                    | EnrolmentsReview
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
                    PeopleRead | LookAlikesRead | PaymentsRead | PluginsRead | SystemRead | AuditRead
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
    fn only_an_admin_erases_funds_settles_changes_plugins_or_models_and_manages_access() {
        for permission in [
            Permission::PeopleErase,
            Permission::WalletsFund,
            Permission::SettlementManage,
            Permission::PluginsManage,
            Permission::ModelsManage,
            Permission::AccessManage,
        ] {
            let may: Vec<_> = Role::ALL.iter().filter(|role| role.may(permission)).collect();
            assert_eq!(may, [&Role::Admin], "{permission}");
        }
    }
}
