//! The appliance: REST, WebSocket, use cases and the command line of the facepay binary.
