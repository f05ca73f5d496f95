//! Durable state: SQLite or PostgreSQL through diesel, sealed templates, ledger, outbox and audit chain.
