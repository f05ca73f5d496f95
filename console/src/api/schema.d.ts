// Made of docs/openapi.json by `npm run api`; do not edit.

export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Status and features */
        get: operations["get_index"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/analytics/latency": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** From the look to the money, over time */
        get: operations["get_analytics_latency"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/analytics/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Payments and money over time */
        get: operations["get_analytics_payments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/analytics/quality": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How good looks are, and what drifts */
        get: operations["get_analytics_quality"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/analytics/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Payments and looks at a glance */
        get: operations["get_analytics_summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What waits, or waited, for a second person, newest first */
        get: operations["get_approvals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/approvals/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A second person's yes: does what was asked for */
        post: operations["post_approvals_id_approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/approvals/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A second person's no */
        post: operations["post_approvals_id_reject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assets/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of the console */
        get: operations["get_assets_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/asyncapi.yaml": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The WebSockets as AsyncAPI 3.0 */
        get: operations["get_asyncapi_yaml"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The audit chain, oldest first where nothing else is asked for */
        get: operations["get_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit/checkpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Signed checkpoints, oldest first, and the appliance's public key */
        get: operations["get_audit_checkpoints"];
        put?: never;
        /** Sign a checkpoint now; answers the newest */
        post: operations["post_audit_checkpoints"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All records and checkpoints as JSON lines, to be verified elsewhere */
        get: operations["get_audit_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The proof of one record under the newest checkpoint */
        get: operations["get_audit_proof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a walk is, and what the last one found */
        get: operations["get_audit_verify"];
        put?: never;
        /** Walk through all records and checkpoints now and say whether they are whole; 202 while it goes on */
        post: operations["post_audit_verify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cameras": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All cameras and how they do; for a key of one camera that one */
        get: operations["get_cameras"];
        put?: never;
        /** Add a camera */
        post: operations["post_cameras"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cameras/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One camera */
        get: operations["get_cameras_id"];
        put?: never;
        post?: never;
        /** Remove a camera */
        delete: operations["delete_cameras_id"];
        options?: never;
        head?: never;
        /** Change a camera */
        patch: operations["patch_cameras_id"];
        trace?: never;
    };
    "/cameras/{id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take the device and the view that are there for a replaced or moved camera's own */
        post: operations["post_cameras_id_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cameras/{id}/enrolment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the enrolment before this camera goes on */
        get: operations["get_cameras_id_enrolment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cameras/{id}/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How it does */
        get: operations["get_cameras_id_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cameras/{id}/health/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How it did: changes of its state, newest first */
        get: operations["get_cameras_id_health_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cameras/{id}/snapshot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its newest picture with overlay */
        get: operations["get_cameras_id_snapshot"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cameras/{id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its pictures with overlay, as MJPEG */
        get: operations["get_cameras_id_stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cameras/{id}/whep": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Look at a camera by WebRTC (WHEP) */
        post: operations["post_cameras_id_whep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cameras/{id}/whip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Deliver the pictures of a push: camera by WebRTC (WHIP) */
        post: operations["post_cameras_id_whip"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/checkouts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Checkouts, newest first; for a key of one camera those at it */
        get: operations["get_checkouts"];
        put?: never;
        /** Open a payment at a camera, by one person or several */
        post: operations["post_checkouts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/checkouts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One checkout */
        get: operations["get_checkouts_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/checkouts/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a checkout up */
        post: operations["post_checkouts_id_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/checkouts/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The payer's yes: pays */
        post: operations["post_checkouts_id_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/checkouts/{id}/legs/{n}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One payer's no */
        post: operations["post_checkouts_id_legs_n_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/checkouts/{id}/legs/{n}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One payer's yes; the last one's pays */
        post: operations["post_checkouts_id_legs_n_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/checkouts/{id}/legs/{n}/payer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say whose face pays this part */
        post: operations["post_checkouts_id_legs_n_payer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/checkouts/{id}/payer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say whose face pays, of several in view */
        post: operations["post_checkouts_id_payer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/checkouts/{id}/step-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A further factor: the payer's PIN */
        post: operations["post_checkouts_id_step_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/consent-texts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Texts that people agree to, newest first */
        get: operations["get_consent_texts"];
        put?: never;
        /** Keep a text; it is never changed */
        post: operations["post_consent_texts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/console": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The console, for people */
        get: operations["get_console"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/console/{screen}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The console, for people */
        get: operations["get_console_screen"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This interface, to read and try */
        get: operations["get_docs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This interface, to read and try */
        get: operations["get_docs_index"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Files of the interface's page */
        get: operations["get_docs_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enrolments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Enrolments of faces that are enrolled for somebody else, newest first */
        get: operations["get_enrolments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enrolments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of them, with whom it looks like */
        get: operations["get_enrolments_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enrolments/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Another person's yes: they are two people; enrols the face */
        post: operations["post_enrolments_id_approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enrolments/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Another person's no: nothing is left of the face */
        post: operations["post_enrolments_id_reject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/face-payment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Switch payment by face on, by the own link and its code */
        post: operations["post_face_payment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Status and features */
        get: operations["get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/icons/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of the console */
        get: operations["get_icons_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/identify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Who is this? (1:N) */
        post: operations["post_identify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/identity-checks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One identity check */
        get: operations["get_identity_checks_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/identity-checks/{id}/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask the provider what became of an open check */
        post: operations["post_identity_checks_id_sync"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/index.html": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The console, for people */
        get: operations["get_index_html"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All API keys, without their secrets */
        get: operations["get_keys"];
        put?: never;
        /** Make an API key */
        post: operations["post_keys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The key that asks, and what it may do */
        get: operations["get_keys_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke an API key at once */
        delete: operations["delete_keys_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kiosk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The console, for people */
        get: operations["get_kiosk"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 200 while the process answers */
        get: operations["get_livez"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/look-alikes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Groups of people who look alike; none of them pays by a face alone */
        get: operations["get_look_alikes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/manifest.webmanifest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of the console */
        get: operations["get_manifest_webmanifest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The console, for people */
        get: operations["get_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me.webmanifest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of the console */
        get: operations["get_me_webmanifest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics for Prometheus */
        get: operations["get_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/model-change": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which recogniser does what, and what a candidate still lacks */
        get: operations["get_model_change"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/model-change/cut-over": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The candidate takes over, if nothing is missing */
        post: operations["post_model_change_cut_over"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/model-change/roll-back": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The recogniser before is in force again */
        post: operations["post_model_change_roll_back"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/model-change/settle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends the change; templates of the other recogniser are deleted */
        post: operations["post_model_change_settle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/model-change/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Runs the recogniser of plugins.recognition_shadow beside */
        post: operations["post_model_change_start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This interface as OpenAPI 3.1 */
        get: operations["get_openapi_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Requests to payment providers, newest first */
        get: operations["get_operations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{id}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say what became of a request in manual review; a second person confirms it */
        post: operations["post_operations_id_resolve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operators": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All members of staff */
        get: operations["get_operators"];
        put?: never;
        /** Add a member of staff */
        post: operations["post_operators"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operators/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in; gives a session that ends */
        post: operations["post_operators_login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operators/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End this session */
        post: operations["post_operators_logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operators/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in, and what they may do */
        get: operations["get_operators_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operators/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change the own password; all own sessions end */
        post: operations["post_operators_me_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operators/me/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for a secret for one-time codes */
        post: operations["post_operators_me_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operators/me/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in with one-time codes from now on */
        post: operations["post_operators_me_totp_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operators/oidc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sign in through the house's identity provider */
        get: operations["get_operators_oidc"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operators/oidc/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the identity provider sends browsers back to */
        get: operations["get_operators_oidc_callback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operators/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Shut an account; its sessions end at once */
        delete: operations["delete_operators_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operators/{id}/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Forget the device of somebody who has lost it */
        delete: operations["delete_operators_id_totp"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How it stands with the person whose device asks */
        get: operations["get_payer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payer/consents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The own consents with their texts, oldest first */
        get: operations["get_payer_consents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payer/consents/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Withdraw an own consent; its faces are gone at once */
        delete: operations["delete_payer_consents_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payer/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The own devices that are signed in, the newest first */
        get: operations["get_payer_devices"];
        put?: never;
        /** Sign an own device in, by the own link and its code */
        post: operations["post_payer_devices"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payer/devices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Sign an own device out; the one that asks, too */
        delete: operations["delete_payer_devices_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payer/erasure": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Be erased, key and all; gives a signed certificate */
        post: operations["post_payer_erasure"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payer/face-payment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Switch the own payment by face on */
        post: operations["post_payer_face_payment"];
        /** Switch the own payment by face off, at once */
        delete: operations["delete_payer_face_payment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payer/receipts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The own receipts, the newest payment first */
        get: operations["get_payer_receipts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payer/receipts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The receipt of one own payment, signed */
        get: operations["get_payer_receipts_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/plugins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Plugins at work */
        get: operations["get_plugins"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/plugins/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take it out of use until it is enabled */
        post: operations["post_plugins_id_disable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/plugins/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Load it anew where it is disabled or out of use */
        post: operations["post_plugins_id_enable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/plugins/{id}/reload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Load it anew, with its settings as they are now */
        post: operations["post_plugins_id_reload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/plugins/{id}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have the version before of its package in force again */
        post: operations["post_plugins_id_rollback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/plugins/{id}/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its settings in force, without secrets, and the JSON Schema of what they may be */
        get: operations["get_plugins_id_settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/plugins/{id}/settings/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try a change of its settings: whether it goes to work with it, and what would be different */
        post: operations["post_plugins_id_settings_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 200 when payments can be taken, 503 when not */
        get: operations["get_readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/receipts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The receipt of a payment, signed */
        get: operations["get_receipts_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reports/settlement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A business day of all providers, closed or open */
        get: operations["get_reports_settlement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the appliance goes by, without secrets, and where each key comes from */
        get: operations["get_settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/settings/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try a change of keys: whether the appliance would start with it, and what would be different */
        post: operations["post_settings_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/settings/schema": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A JSON Schema of every key */
        get: operations["get_settings_schema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/settlements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Closed business days, newest first */
        get: operations["get_settlements"];
        put?: never;
        /** Close a provider's business day: what is in it is fixed then */
        post: operations["post_settlements"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/settlements/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One closed day */
        get: operations["get_settlements_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/settlements/{id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The statement of a closed day: CSV, or ISO 20022 camt.053 */
        get: operations["get_settlements_id_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/settlements/{id}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Compare the provider's file with a closed day */
        post: operations["post_settlements_id_file"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/settlements/{id}/lines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The compared lines of a closed day, in order */
        get: operations["get_settlements_id_lines"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/settlements/{id}/lines/{n}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say what became of a break */
        post: operations["post_settlements_id_lines_n_resolve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mint the first admin key with the one-time code */
        post: operations["post_setup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/snapshots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest pictures of several cameras with overlay, each a part that `Content-Location` names; cameras that have none are left out */
        get: operations["get_snapshots"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sw.js": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of the console */
        get: operations["get_sw_js"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How this appliance stands with the centre that it follows */
        get: operations["get_sync"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sync/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who changed after a place in the feed, and what they are like now */
        get: operations["get_sync_changes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sync/followers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The appliances that follow this one */
        get: operations["get_sync_followers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sync/look-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask who a face may be that this follower does not know; it lets nobody pay */
        post: operations["post_sync_look_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sync/pins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try a PIN; tries are counted here, wherever they are made */
        post: operations["post_sync_pins"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sync/receipts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand over receipts that this follower signed; each counts once */
        post: operations["post_sync_receipts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/system": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What runs, on what, with how much room left */
        get: operations["get_system"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/system/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The backups that lie in the folder, the newest first, and whether one is being made */
        get: operations["get_system_backups"];
        put?: never;
        /** Make a backup now; 202 where it takes longer than the request may */
        post: operations["post_system_backups"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/system/doctor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What `facepay doctor` finds, asked of the running appliance: what is well, what is not and what mends it */
        get: operations["get_system_doctor"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/transactions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Payments, newest first */
        get: operations["get_transactions"];
        put?: never;
        /** Open a payment by a person who proves their face */
        post: operations["post_transactions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/transactions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One payment */
        get: operations["get_transactions_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/transactions/{id}/capture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take what was set aside, or a part of it */
        post: operations["post_transactions_id_capture"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/transactions/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The payer's yes: pays */
        post: operations["post_transactions_id_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/transactions/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What became of one payment, step by step, and by whom */
        get: operations["get_transactions_id_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/transactions/{id}/refunds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give money back, all or a part */
        post: operations["post_transactions_id_refunds"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/transactions/{id}/step-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A further factor: the payer's PIN, or staff's word */
        post: operations["post_transactions_id_step_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/transactions/{id}/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask the provider what became of a payment in doubt */
        post: operations["post_transactions_id_sync"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/transactions/{id}/void": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give free what was set aside, or cancel */
        post: operations["post_transactions_id_void"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** People, in the order in which they were added */
        get: operations["get_users"];
        put?: never;
        /** Add a person who can pay */
        post: operations["post_users"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One person with their wallet */
        get: operations["get_users_id"];
        put?: never;
        post?: never;
        /** Erase a person and destroy their key; gives a signed certificate */
        delete: operations["delete_users_id"];
        options?: never;
        head?: never;
        /** Change a person */
        patch: operations["patch_users_id"];
        trace?: never;
    };
    "/users/{id}/consents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A person's consents, oldest first */
        get: operations["get_users_id_consents"];
        put?: never;
        /** Record a consent */
        post: operations["post_users_id_consents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}/consents/{cid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Withdraw a consent; its faces are gone at once */
        delete: operations["delete_users_id_consents_cid"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}/credits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put money into a person's wallet */
        post: operations["post_users_id_credits"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The devices that a person is signed in on, the newest first */
        get: operations["get_users_id_devices"];
        put?: never;
        post?: never;
        /** Sign all devices of a person out, at once */
        delete: operations["delete_users_id_devices"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}/face-payment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether a person may pay by face */
        get: operations["get_users_id_face_payment"];
        put?: never;
        /** Switch payment by face on, by staff with the person's PIN */
        post: operations["post_users_id_face_payment"];
        /** Switch payment by face off, at once */
        delete: operations["delete_users_id_face_payment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}/face-payment/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A link and a code by which the person switches it on */
        post: operations["post_users_id_face_payment_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}/faces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A person's enrolled faces */
        get: operations["get_users_id_faces"];
        put?: never;
        /** Enrol a person by several pictures, or before a camera */
        post: operations["post_users_id_faces"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}/faces/{fid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove an enrolled face */
        delete: operations["delete_users_id_faces_fid"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}/identity-checks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A person's identity checks, newest first */
        get: operations["get_users_id_identity_checks"];
        put?: never;
        /** Ask an identity provider who a person is */
        post: operations["post_users_id_identity_checks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}/instruments/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A payer's instrument at a provider, without its token */
        get: operations["get_users_id_instruments_provider"];
        /** Keep a payer's token at a payment provider */
        put: operations["put_users_id_instruments_provider"];
        post?: never;
        /** Forget a payer's token */
        delete: operations["delete_users_id_instruments_provider"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}/look-alikes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The people who look like this one, the nearest first */
        get: operations["get_users_id_look_alikes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}/pin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Give a person a PIN; a lock on the one before is lifted */
        put: operations["put_users_id_pin"];
        post?: never;
        /** Take a person's PIN away */
        delete: operations["delete_users_id_pin"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Is this that person? (1:1) */
        post: operations["post_users_id_verify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webcam/capture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One analysed picture of a camera */
        post: operations["post_webcam_capture"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webcam/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A camera's pictures, as MJPEG */
        get: operations["get_webcam_stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webcam/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Open a source once and report what it delivers */
        get: operations["get_webcam_test"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All webhooks, without their secrets */
        get: operations["get_webhooks"];
        put?: never;
        /** Tell an address of what happens from now on */
        post: operations["post_webhooks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/in/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A payment provider's message, which it has to prove */
        post: operations["post_webhooks_in_provider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a webhook with what waits for it */
        delete: operations["delete_webhooks_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Messages to a webhook and what became of them */
        get: operations["get_webhooks_id_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send messages once more */
        post: operations["post_webhooks_id_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{id}/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign with a new secret as well */
        post: operations["post_webhooks_id_secrets"];
        /** Sign with the newest secret only */
        delete: operations["delete_webhooks_id_secrets"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a message that tells of nothing, once */
        post: operations["post_webhooks_id_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webrtc/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a WebRTC session of one's own */
        delete: operations["delete_webrtc_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ws/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Events as they happen (WebSocket); without system.read those of one camera */
        get: operations["get_ws_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ws/face-recognition": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A browser as a camera (WebSocket) */
        get: operations["get_ws_face_recognition"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What the candidate said at visits. */
        Agreement: {
            /** Format: int64 */
            agreed: number;
            /** @description 95 % interval of the rate (Wilson). */
            ci95?: number[] | null;
            /** Format: int64 */
            named_nobody: number;
            /** Format: int64 */
            named_others: number;
            /**
             * Format: double
             * @description Absent before the first visit.
             */
            rate?: number | null;
            /**
             * Format: double
             * @description What the lower end must reach.
             */
            rate_min: number;
            /**
             * Format: int64
             * @description Different people who came.
             */
            visitors: number;
            /** Format: int64 */
            visits: number;
            /** Format: int64 */
            visits_min: number;
        };
        /** @description An amount in an answer. */
        Amount: {
            /**
             * Format: int64
             * @description Whole minor units.
             */
            amount: number;
            /** @description ISO 4217 code. */
            currency: string;
        };
        /** @description How long looks took to be paid, and recognition. */
        AnalyticsLatency: components["schemas"]["Span"] & {
            items: components["schemas"]["LatencyPoint"][];
            look_to_paid: components["schemas"]["Durations"];
            /** @description Of all cameras together. */
            stages: components["schemas"]["StageDurations"][];
        };
        /** @description Payments over time. */
        AnalyticsPayments: components["schemas"]["Span"] & {
            items: components["schemas"]["PaymentPoint"][];
            /** @description Of the business days that ended in the span, of all branches. */
            settlement: components["schemas"]["SettledSums"][];
        };
        /** @description How good looks are, and what drifts. */
        AnalyticsQuality: components["schemas"]["Span"] & {
            items: components["schemas"]["QualityPoint"][];
            liveness: components["schemas"]["StepHistogram"][];
            /** @description How far those who are known were ahead of anybody else. */
            margin: components["schemas"]["Histogram"];
            /** @description Of those who are known, to their own best template. */
            similarity_known: components["schemas"]["Histogram"];
            /** @description Of those who are not, to the best of all templates. */
            similarity_unknown: components["schemas"]["Histogram"];
        };
        /** @description Everything at a glance. */
        AnalyticsSummary: components["schemas"]["Span"] & {
            amounts: components["schemas"]["PaymentSums"][];
            cameras: components["schemas"]["CameraNumbers"][];
            funnel: components["schemas"]["FunnelStep"][];
            look_to_paid: components["schemas"]["Durations"];
            looks: components["schemas"]["LookCounts"];
            payments: components["schemas"]["PaymentOutcomes"];
            /** @description Why looks of people who are known were refused, or had to be followed by a further factor. */
            reasons: components["schemas"]["ReasonCount"][];
            /** @description Why payments were refused, the most frequent first. */
            refusals: components["schemas"]["ReasonCount"][];
        };
        /** @description Where a checkpoint's root was written, so that nobody can take it back. */
        Anchor: {
            /** @description The payment plugin that wrote it. */
            provider: string;
            /** @description The provider's reference, such as the transaction's hash on a chain. */
            reference?: string | null;
            /** @description `open`, `anchored` or `refused`. */
            state: string;
        };
        /** @description Something that waits, or waited, for a second person. */
        Approval: {
            certificate?: components["schemas"]["ErasureCertificate"] | null;
            /** Format: date-time */
            decided_at?: string | null;
            decided_by?: string | null;
            /** @description What exactly: `{amount, currency}`, `{outcome, reason}`, `{change}` or `{step}`. */
            detail: Record<string, never>;
            /** Format: date-time */
            expires_at: string;
            /** Format: uuid */
            id: string;
            /** @description `refund`, `resolve`, `erase`, `plugin` or `model`. */
            kind: components["schemas"]["ApprovalKind"];
            operation?: components["schemas"]["Operation"] | null;
            /** Format: date-time */
            requested_at: string;
            requested_by: string;
            /** @description `awaiting_approval`, `approved`, `rejected` or `expired`. */
            state: components["schemas"]["ApprovalState"];
            /** @description The payment to refund, the request to resolve, the person to erase, the plugin to change. */
            subject: string;
        };
        /** @enum {string} */
        ApprovalKind: "refund" | "resolve" | "erase" | "plugin" | "model";
        /** @enum {string} */
        ApprovalState: "awaiting_approval" | "approved" | "rejected" | "expired";
        /** @description A face that a follower does not know. */
        Asked: {
            /**
             * Format: int32
             * @description The recogniser that made the template.
             */
            model_tag: number;
            /** @description As that of a copied face. */
            template: string;
        };
        /** @description One link of the audit chain. */
        AuditEntry: {
            action: string;
            actor: string;
            /** Format: date-time */
            at: string;
            /** @description SHA-256 over the byte 1, `previous`, the length of `record` in 8 bytes, and `record`, hex. */
            hash: string;
            /** @description The `hash` of the entry before, hex; zeros for the first. */
            previous: string;
            /** @description All of the above and more as it was written: the digest is of these bytes. */
            record: string;
            /** Format: int64 */
            seq: number;
            subject: string;
        };
        /** @description Something that is wrong with the audit. */
        AuditFault: {
            /** @description Which: the record's `seq`, the checkpoint's `id`, the payment's id. */
            at: string;
            /** @description `record`, `checkpoint` or `receipt`. */
            place: string;
            what: string;
        };
        /** @description What is known of the audit. */
        AuditStanding: {
            last?: components["schemas"]["AuditVerification"] | null;
            walk?: components["schemas"]["AuditWalk"] | null;
        };
        /** @description What a walk through everything has found. */
        AuditVerification: {
            /**
             * Format: int64
             * @description How many checkpoints.
             */
            checkpoints?: number | null;
            /**
             * Format: int64
             * @description The last record that a checkpoint covers.
             */
            covered?: number | null;
            fault?: components["schemas"]["AuditFault"] | null;
            /**
             * Format: int64
             * @description How many records there are.
             */
            records?: number | null;
            /** @description The Merkle root of all records, hex. */
            root?: string | null;
            /** Format: int64 */
            took_ms: number;
            /** Format: date-time */
            verified_at: string;
            /** @description Whether nothing was changed, left out or put in. */
            whole: boolean;
        };
        /** @description A walk that is under way. */
        AuditWalk: {
            /** Format: date-time */
            began_at: string;
            /**
             * Format: int64
             * @description Of so many.
             */
            of: number;
            /**
             * Format: int64
             * @description So many records were found whole.
             */
            records: number;
        };
        /** @description A backup of the database that lies in the folder. */
        Backup: {
            /** @description Whether somebody asked the running appliance for it; the others are those of the timer. */
            by_hand: boolean;
            /** Format: int64 */
            bytes: number;
            /** Format: date-time */
            made_at: string;
            /** @description The file's name. */
            name: string;
            /**
             * Format: date-time
             * @description When `facepay backup verify` opened it there and found it sound; null where nobody did, or it was changed since.
             */
            verified_at?: string | null;
        };
        /** @description One that was not. */
        BackupFailure: {
            /** Format: date-time */
            at: string;
            detail: string;
        };
        /** @description A backup that is being made. */
        BackupMaking: {
            /** Format: date-time */
            since: string;
        };
        /** @description What lies in the folder, and how the making of one stands. */
        Backups: {
            /** @description Whether `backup.recipients` names somebody who can open them; without, none is made. */
            configured: boolean;
            failure?: components["schemas"]["BackupFailure"] | null;
            /** @description The newest first. */
            items: components["schemas"]["Backup"][];
            making?: components["schemas"]["BackupMaking"] | null;
            /** @description Whether the newest is older than two nights, or there is none. */
            overdue: boolean;
        };
        /** @description What a key is bound to. */
        Bounds: {
            camera?: string | null;
            certificate_sha256?: string | null;
            /** Format: date-time */
            expires_at?: string | null;
            scopes?: components["schemas"]["PermissionName"][] | null;
        };
        /** @enum {string} */
        BucketName: "hour" | "day" | "week";
        /** @description What the person has of the link and of the other way. */
        ByLink: {
            code: string;
            token: string;
        };
        /** @description The person's PIN, where they have one. */
        ByOwnPin: {
            pin?: string | null;
        };
        /** @description The person's PIN, said before staff. */
        ByPin: {
            pin: string;
        };
        /** @description A camera and how it does. */
        Camera: {
            /** @description Which of its pictures are to be decoded. */
            decode: components["schemas"]["Decode"];
            health: components["schemas"]["CameraHealth"];
            id: string;
            name: string;
            /** @description Without user, password and query. */
            source: string;
        };
        /** @description What to change about a camera; what is absent stays. */
        CameraChange: {
            decode?: components["schemas"]["Decode"] | null;
            name?: string | null;
            source?: string | null;
        };
        /** @description How a camera does. */
        CameraHealth: {
            codec: string;
            /** @description The decoder that really runs. */
            decoder: string;
            /** @description Which of its pictures are decoded at present. */
            decodes: components["schemas"]["Decode"];
            /** Format: float */
            fps: number;
            /** Format: int64 */
            frame_age_ms?: number | null;
            /** Format: int64 */
            frames_analysed: number;
            /** Format: int64 */
            frames_in: number;
            /**
             * Format: int64
             * @description Pictures that came and were not decoded.
             */
            frames_skipped: number;
            /** Format: int32 */
            height: number;
            /**
             * Format: int64
             * @description How far apart its key frames are; absent before the second.
             */
            key_frame_distance_ms?: number | null;
            /** @description What went wrong last; empty when nothing did. */
            reason: string;
            /** Format: int64 */
            reconnects: number;
            /**
             * @description `live` is the only state that can pay; `refused` never ran, for the `reason`; `replaced` is another device and `moved`
             *     another view than before, until somebody accepts it or saves the camera's source anew.
             */
            state: string;
            /** Format: int32 */
            width: number;
        };
        /** @description What happened at one camera or till. */
        CameraNumbers: {
            amounts: components["schemas"]["PaymentSums"][];
            branch: string;
            /** @description Absent for payments at none. */
            camera?: string | null;
            look_to_paid: components["schemas"]["Durations"];
            looks: components["schemas"]["LookCounts"];
            payments: components["schemas"]["PaymentOutcomes"];
        };
        /** @description A change of a camera's state. */
        CameraStateChange: {
            /** Format: date-time */
            at: string;
            /** @description Absent for a camera that was just added. */
            from?: string | null;
            /** @description Why; empty when nothing went wrong. */
            reason: string;
            /** @description As in its health; `removed` for one that is gone. */
            state: string;
        };
        /** @description What opening a camera once has shown. */
        CameraTest: {
            codec: string;
            decoder: string;
            /** Format: int64 */
            first_frame_ms: number;
            /** Format: float */
            fps: number;
            /** Format: int32 */
            height: number;
            /** Format: int32 */
            width: number;
        };
        /** @description Who a face may be. It is for whoever asked to compare them, and to decide; nobody may pay for being named here. */
        Candidates: {
            /** @description As in the feed: each of at most five people, and what they spent lately at other appliances. */
            candidates: components["schemas"]["Change"][];
            /** @description The feed's name. */
            feed: string;
            /**
             * Format: int64
             * @description The place of the newest change when they were read. Whoever has read further must not take them: they may have changed.
             */
            last: number;
            /** @description How clearly each of them was meant, the likeliest first. */
            named?: components["schemas"]["Named"][];
            /** @description Among how many templates they were found, by which thresholds go. */
            templates: number;
        };
        /**
         * @description When the money is taken.
         * @enum {string}
         */
        Capture: "automatic" | "manual";
        /** @description The payer moves as they are asked, one gesture after the other: a recording cannot know which. */
        Challenge: {
            /** @description Gestures in all. */
            count: number;
            /** @description Why it failed: `late`, `wrong_gesture`, `too_early`, `flat`, `face_lost`, `somebody_else` or `not_measured`. */
            failure?: string | null;
            /** @description What to do now: `blink`, `turn_left`, `turn_right`, `nod` or `smile`; left and right are the payer's own. */
            gesture?: string | null;
            /** @description Names this challenge in events and in the receipt. */
            nonce: string;
            /** @description Which of `count` gestures that is, from 1. */
            number?: number | null;
            /** @description `waiting`, `prompt`, `passed` or `failed`; after a failure the payer is challenged anew while `tries_left`. */
            phase: string;
            /**
             * Format: int32
             * @description How often the payer may be challenged again.
             */
            tries_left: number;
        };
        /** @description One change: what somebody is like now. */
        Change: components["schemas"]["What"] & {
            /** Format: int64 */
            seq: number;
            /** Format: uuid */
            user_id: string;
        };
        /** @description One thing that must work. */
        Check: {
            detail: string;
            name: string;
            ok: boolean;
        };
        /** @enum {string} */
        CheckStatus: "ok" | "warn" | "fail" | "skip";
        /** @description A payment at a camera, by one person or, with `legs`, by several. */
        Checkout: {
            amount: components["schemas"]["Amount"];
            camera: string;
            challenge?: components["schemas"]["Challenge"] | null;
            /** @description What was given free or given back, and what is yet to be; those of earlier rounds included. */
            compensations?: components["schemas"]["Compensation"][] | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
            /** Format: uuid */
            id: string;
            /** @description The parts, by number. */
            legs?: components["schemas"]["Leg"][] | null;
            policy?: components["schemas"]["GroupPolicy"] | null;
            /** @description Why it was declined or needs a further factor: what weighs most. */
            reason?: string | null;
            /** @description Every reason, what weighs most first. */
            reasons?: string[];
            reference?: string | null;
            /**
             * @description `awaiting_payer`, `awaiting_confirmation`, `paying`, `paid`, `declined`, `expired` and so on; by several people
             *     `gathering`, `confirming`, `authorizing`, `capturing`, `undoing`, `in_doubt`, `paid`, `partially_paid`, `voided`,
             *     `declined`, `expired` or `cancelled`.
             */
            state: components["schemas"]["CheckoutState"];
            /**
             * Format: uuid
             * @description The payment behind it; each of `legs` has its own.
             */
            transaction_id?: string | null;
            /**
             * Format: uuid
             * @description Who was recognised.
             */
            user_id?: string | null;
        };
        /** @enum {string} */
        CheckoutState: "awaiting_payer" | "awaiting_step_up" | "awaiting_confirmation" | "paying" | "paid" | "declined" | "in_doubt" | "expired" | "cancelled" | "gathering" | "confirming" | "authorizing" | "capturing" | "undoing" | "partially_paid" | "voided";
        /** @description A signed statement that all records up to one are these and no others. */
        Checkpoint: {
            anchor?: components["schemas"]["Anchor"] | null;
            /** Format: int64 */
            at_micros: number;
            /** @description The chain's `hash` at `last_seq`, hex. */
            chain: string;
            /**
             * Format: int64
             * @description The first record that the checkpoint before did not cover.
             */
            first_seq: number;
            /** Format: int64 */
            id: number;
            /** @description The appliance's public key, hex. */
            key: string;
            /**
             * Format: int64
             * @description It covers every record from 1 to this one.
             */
            last_seq: number;
            /** @description SHA-256 of the statement of the checkpoint before, hex; zeros for the first. */
            previous: string;
            /** @description Merkle root (RFC 6962) over the records' bytes, hex. */
            root: string;
            /** @description Ed25519 over `statement`, hex. */
            signature: string;
            /** @description All of the above as it was signed. */
            statement: string;
        };
        /** @description A page of checkpoints, and the key that signed them. */
        Checkpoints: {
            items: components["schemas"]["Checkpoint"][];
            /** @description The appliance's public key (Ed25519), hex. */
            key: string;
            next_cursor?: string | null;
        };
        /** @description What a device shows. */
        Code: {
            code: string;
        };
        /** @description A request by which money of a part was given free or given back. */
        Compensation: {
            amount: components["schemas"]["Amount"];
            /** Format: date-time */
            at: string;
            /** @description `void` or `refund`. */
            kind: components["schemas"]["OperationKind"];
            /**
             * Format: int32
             * @description The part's number.
             */
            leg: number;
            /** @description Where the request stands: `approved` when the money is back. */
            state: components["schemas"]["OperationState"];
            /** Format: uuid */
            transaction_id: string;
        };
        /** @description The device that really runs the networks. */
        Compute: {
            adapter: string;
            backend: string;
            driver: string;
            /** @description `gpu`, `software_gpu` or `cpu`. */
            kind: string;
            /** @description How numbers are kept between two steps of a network: `f32` or `f16`. */
            precision: string;
            threads: number;
            /** @description What warps pictures into the networks' inputs: `host`, or `device` where a GPU does. */
            warp: string;
            /** @description Why this device. */
            why: string;
        };
        /** @description The payer's yes. */
        Confirmation: {
            capture?: components["schemas"]["Capture"] | null;
        };
        /** @description A consent to be recognised and to pay by face. */
        Consent: {
            channel: string;
            /** Format: date-time */
            expires_at: string;
            /** Format: date-time */
            given_at: string;
            /** Format: uuid */
            id: string;
            language: string;
            /** @description Who recorded it. */
            operator: string;
            /** @description `live`, `not_yet`, `expired` or `withdrawn`. */
            standing: string;
            text_sha256: string;
            version: string;
            /** Format: date-time */
            withdrawn_at?: string | null;
        };
        /** @description A text. Show it as it is, and send version, language and text as they are with the consent: its digest is then this one. */
        ConsentText: {
            /** Format: date-time */
            created_at: string;
            created_by: string;
            /** Format: uuid */
            id: string;
            language: string;
            text: string;
            /** @description SHA-256 of `text`, hex. */
            text_sha256: string;
            version: string;
        };
        /** @description A consent as it is copied. */
        CopiedConsent: {
            channel: string;
            /** Format: int64 */
            expires_at_micros: number;
            /** Format: int64 */
            given_at_micros: number;
            /** Format: uuid */
            id: string;
            language: string;
            operator: string;
            text_sha256: string;
            text_version: string;
            /** Format: int64 */
            withdrawn_at_micros?: number | null;
        };
        /** @description A template as it is copied. */
        CopiedFace: {
            /** Format: uuid */
            consent_id: string;
            /** Format: int64 */
            created_at_micros: number;
            /** Format: uuid */
            id: string;
            kind: string;
            /** Format: int32 */
            model_tag: number;
            origin_id?: string | null;
            /** Format: float */
            quality: number;
            source: string;
            /** @description The unit vector: base64 of its values, each 4 bytes, the least significant first. */
            template: components["schemas"]["Secret64"];
        };
        /** @description What a provider knows somebody's money by. */
        CopiedInstrument: {
            provider: string;
            token: components["schemas"]["Secret64"];
        };
        /** @description Two templates that are alike. */
        CopiedLookAlike: {
            face_id: string;
            /** Format: int64 */
            found_at_micros: number;
            other_face_id: string;
            other_user_id: string;
            /** Format: float */
            similarity: number;
            user_id: string;
        };
        /** @description How many people would be known. */
        Coverage: {
            /** Format: int64 */
            covered: number;
            /**
             * Format: int64
             * @description Those with a live consent and a template of the recogniser in force.
             */
            people: number;
            /** Format: double */
            share: number;
            /** Format: double */
            share_min: number;
        };
        /** @description Money that was put into a wallet. */
        Credit: {
            amount: components["schemas"]["Amount"];
            /** Format: uuid */
            transfer_id: string;
            wallet: components["schemas"]["Wallet"];
        };
        /** @description Where everything is kept. */
        DatabaseInUse: {
            /**
             * Format: int64
             * @description Of SQLite's files.
             */
            bytes?: number | null;
            /** @description `sqlite` or `postgresql`. */
            kind: string;
        };
        /**
         * @description Which of a camera's pictures are decoded.
         * @enum {string}
         */
        Decode: "all" | "key-frames";
        /** @description A message to a webhook, and what became of it. */
        Delivery: {
            /** Format: int32 */
            attempts: number;
            /**
             * Format: date-time
             * @description When it arrived or was given up.
             */
            ended_at?: string | null;
            kind: string;
            last_error?: string | null;
            /** Format: int32 */
            last_status?: number | null;
            /**
             * Format: date-time
             * @description While it waits: when it is sent next.
             */
            next_try_at?: string | null;
            /**
             * Format: int64
             * @description The message's place; rises.
             */
            seq: number;
            /** @description waiting, delivered or dead. */
            state: components["schemas"]["DeliveryStateName"];
        };
        /** @enum {string} */
        DeliveryStateName: "waiting" | "delivered" | "dead";
        /** @description Why a plugin is taken out of use. */
        Disable: {
            /** @description For whoever finds it so: a line of 1 to 500 characters. */
            reason: string;
        };
        /** @description Room on a disk. */
        Disk: {
            /** Format: int64 */
            bytes_free: number;
            /** Format: int64 */
            bytes_total: number;
        };
        /** @description How long something took; percentiles are right to 5 %. */
        Durations: {
            /** Format: int64 */
            count: number;
            /** Format: double */
            p50_ms?: number | null;
            /** Format: double */
            p95_ms?: number | null;
            /** Format: double */
            p99_ms?: number | null;
        };
        /** @description A body without content: `{}`. */
        Empty: Record<string, never>;
        /** @description What became of an enrolment. */
        Enrolment: {
            /** @description Templates that now exist, one for each chosen picture, the best first. */
            faces: components["schemas"]["Face"][];
            poses?: components["schemas"]["Poses"] | null;
            /** @description Pictures that are no templates, with the reasons. */
            refused: components["schemas"]["RefusedPicture"][];
        };
        /** @description Somebody whom an enrolment looks like. */
        EnrolmentDuplicate: {
            /** Format: float */
            similarity: number;
            /** Format: uuid */
            user_id: string;
        };
        /** @description An enrolment that goes on before a camera. */
        EnrolmentProgress: {
            /** @description What to ask of the person. */
            advice?: string | null;
            /** @description The poses that were seen. */
            done: string[];
            /** Format: date-time */
            ends_at: string;
            /** @description Each figure of the newest picture that is not good enough, with what the person can do. */
            faults: components["schemas"]["QualityFault"][];
            /** @description Why the newest picture was no good, or does not show the pose that is wanted, by name. */
            reasons: string[];
            /** @description The poses that are still wanted, the next one first. */
            wanted: string[];
        };
        /** @description An enrolment of a face that is enrolled for somebody else already. */
        EnrolmentReview: {
            /** Format: uuid */
            consent_id: string;
            /** Format: date-time */
            decided_at?: string | null;
            decided_by?: string | null;
            /** @description Whom the face looks like, the nearest first. */
            duplicates: components["schemas"]["EnrolmentDuplicate"][];
            /** Format: date-time */
            expires_at: string;
            /** @description The templates that now exist; in the answer to its approval only. */
            faces?: components["schemas"]["Face"][];
            /** Format: uuid */
            id: string;
            /** @description How many pictures wait. */
            pictures: number;
            /** Format: date-time */
            requested_at: string;
            requested_by: string;
            /** @description `review`, `approved`, `rejected` or `expired`. */
            state: components["schemas"]["EnrolmentState"];
            /** Format: uuid */
            user_id: string;
        };
        /** @enum {string} */
        EnrolmentState: "review" | "approved" | "rejected" | "expired";
        /** @description Proof that a person's data is gone. */
        ErasureCertificate: {
            /** Format: date-time */
            erased_at: string;
            /** @description The appliance's public key, hex. */
            key: string;
            /** @description What was done: the person's data key is destroyed, so that copies in backups stay unreadable. */
            method: string;
            /** @description Ed25519 over `statement`, hex. */
            signature: string;
            /** @description All of the above as it was signed. */
            statement: string;
            /** @description Face templates that can no longer be opened. */
            templates: number;
            /** Format: uuid */
            user_id: string;
        };
        /** @description An enrolled face; its template never leaves the appliance. */
        Face: {
            /** Format: uuid */
            consent_id: string;
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            id: string;
            /** @description `member`: of one picture; `mean`: of all pictures together. */
            kind: components["schemas"]["FaceKind"];
            /**
             * Format: int32
             * @description Names the network that made the template.
             */
            model_tag: number;
            /** @description The place of its picture in the request; where it was enrolled just now. */
            picture?: number | null;
            /**
             * Format: float
             * @description 0 to 1.
             */
            quality: number;
            /** @description What the template was made of: enrolment, visit or crop. */
            source: string;
        };
        /** @enum {string} */
        FaceKind: "member" | "mean";
        /** @description How it stands. */
        FacePayment: {
            /**
             * Format: date-time
             * @description From when on it is in force.
             */
            from?: string | null;
            /** @description `off`, `waiting` or `on`. */
            state: string;
        };
        /** @description Which parts are switched on. */
        Features: {
            /** @description `in-process` or `redis`. */
            cache: string;
            /** @description `sqlite` or `postgresql`. */
            database: string;
            /** @description Whether staff also signs in through the house's identity provider (`oidc.issuer`). */
            oidc: boolean;
            payments: boolean;
            recognition: boolean;
            /** @description Whether the first admin key is still to be made. */
            setup_open: boolean;
            /** @description Whether plugins that nobody vouches for are loaded (`plugins.allow_unsigned`). */
            unsigned_plugins: boolean;
        };
        /** @description One page of the feed of changes. */
        Feed: {
            /** @description In the order of their places. */
            changes: components["schemas"]["Change"][];
            /** @description The feed's name. Whoever finds another one than before, or `last` before the place where it is, reads on from 0. */
            feed: string;
            /**
             * Format: int64
             * @description The place of the newest change there is.
             */
            last: number;
            /**
             * Format: int64
             * @description The place up to which this page goes.
             */
            reached: number;
        };
        /** @description One check of many. */
        Finding: {
            /** @description The command or the setting that mends it. */
            mend: string;
            /** @description Stable: `area.what`. */
            name: string;
            status: components["schemas"]["CheckStatus"];
            /** @description What was found. */
            what: string;
            /** @description Why it matters. */
            why: string;
        };
        /** @description How many checks came to what. */
        FindingCounts: {
            fail: number;
            ok: number;
            /** @description Not made, and the check says why. */
            skip: number;
            warn: number;
        };
        /** @description What was found at one moment. */
        Findings: {
            /** Format: date-time */
            checked_at: string;
            checks: components["schemas"]["Finding"][];
            device?: components["schemas"]["Compute"] | null;
            summary: components["schemas"]["FindingCounts"];
            /** Format: int64 */
            took_ms: number;
        };
        /** @description An appliance that follows this one. */
        Follower: {
            /**
             * Format: int64
             * @description How many changes it has yet to copy, at most.
             */
            behind: number;
            /**
             * Format: uuid
             * @description The key that it comes with.
             */
            key_id: string;
            /** @description By which its receipts are verified; nothing before its first one. */
            public_key?: string | null;
            /** Format: int64 */
            receipts: number;
            /** Format: date-time */
            seen_at: string;
        };
        /** @description Those who follow this appliance. */
        Followers: {
            items: components["schemas"]["Follower"][];
        };
        /** @description How this appliance stands with the centre that it follows. */
        Following: {
            /** @description Where the centre is; nothing where people are kept here. */
            centre?: string | null;
            /** @description Why the last try failed. */
            error?: string | null;
            feed?: string | null;
            /** Format: date-time */
            heard_at?: string | null;
            /** @description everybody | seen: whom of the centre's people this appliance holds; nothing where people are kept here. */
            holds?: string | null;
            /**
             * Format: int64
             * @description How many people here are copies.
             */
            people: number;
            /**
             * Format: int64
             * @description The last change that was copied.
             */
            position: number;
            /** @description near | offline | lost */
            reach: string;
            /**
             * Format: int64
             * @description Receipts that the centre has not got yet.
             */
            receipts_unsent: number;
            /** @description Among how many templates the centre found them, by which thresholds go. */
            templates_at_centre: number;
            /** @description How many of the people here were named by a look-up and are here for a while. */
            visitors: number;
        };
        /** @description One step of the way to the money. */
        FunnelStep: {
            /** Format: int64 */
            count: number;
            /** @description `opened`, `identified` (a payer was found), `confirmed` (the payer said yes) or `captured`. */
            step: string;
        };
        /** @enum {string} */
        GroupPolicy: "all_or_nothing" | "redistribute" | "partial";
        /** @description A setting of a plugin that has a value which is not shown. */
        HiddenSetting: {
            /** @description The secrets that it names and that are in `secrets.folder`. */
            found: string[];
            /** @description With the names of the objects that it lies in, as `acquirer.key`. */
            key: string;
            /** @description Whether it names one that is not there. */
            misses_one: boolean;
            /** @description Whether it names secrets; it is one itself else. */
            names_secrets: boolean;
        };
        /** @description How scores are spread. */
        Histogram: {
            bins: components["schemas"]["HistogramBin"][];
            /** Format: int64 */
            count: number;
            /** @description Whether so few looks were counted that their scores are not told: they may be one person's. */
            withheld: boolean;
        };
        /** @description How many scores lie between two. */
        HistogramBin: {
            /** Format: int64 */
            count: number;
            /** Format: double */
            from: number;
            /** Format: double */
            to: number;
        };
        /** @description One recorded step. */
        HistoryStep: {
            /** @description Such as `transaction.identified` or `operation.stepped`. */
            action: string;
            /** @description `key:ID`, `operator:ID` or `system`. */
            actor: string;
            /**
             * Format: int64
             * @description Since the payment was opened.
             */
            after_ms: number;
            /** Format: date-time */
            at: string;
            reason?: string | null;
            /**
             * Format: int64
             * @description Its place in the audit.
             */
            seq: number;
            /** @description What it came to by that. */
            state?: string | null;
        };
        /** @description The answer to "who is this?". */
        Identification: {
            faces: components["schemas"]["IdentifiedFace"][];
        };
        /** @description One face of a picture. */
        IdentifiedFace: {
            /** @description `[x, y, width, height]` in pixels. */
            box: number[];
            /** @description Every component of the quality. */
            components: components["schemas"]["QualityComponent"][];
            /** @description Each figure that misses the gate of paying, with what the person can do. */
            faults: components["schemas"]["QualityFault"][];
            /** @description Left eye, right eye, nose, left and right mouth corner: `[x, y]` in pixels. */
            landmarks: number[][];
            /**
             * Format: float
             * @description The weakest liveness step's score, 0 to 1; absent when none ran.
             */
            liveness?: number | null;
            /**
             * Format: float
             * @description How far ahead of the second-best person; absent when there is none.
             */
            margin?: number | null;
            /**
             * Format: float
             * @description 0 to 1.
             */
            quality: number;
            /** @description Why nobody is named. */
            reason?: string | null;
            /** Format: float */
            similarity?: number | null;
            /** @description Who it is, where all rules are met. */
            user?: string | null;
        };
        /** @enum {string} */
        IdentityAssurance: "low" | "substantial" | "high";
        /** @description One check of who a person is. */
        IdentityCheck: {
            assurance?: components["schemas"]["IdentityAssurance"] | null;
            /** @description What the issuer says of the person: all of it in the answer to the check, later what `identity.keep` names. */
            attributes?: {
                [key: string]: string;
            };
            /** Format: date-time */
            begun_at: string;
            /** @description Why nobody was verified, in the provider's words. */
            code?: string | null;
            /** Format: uuid */
            id: string;
            /** @description Whether the provider found the same person behind somebody else here. */
            is_shared: boolean;
            /**
             * Format: date-time
             * @description When the issuer did.
             */
            issued_at?: string | null;
            /** @description Who vouches. */
            issuer?: string | null;
            kind: string;
            /**
             * Format: float
             * @description How like the document's picture is to the enrolled face, from -1 to 1. It decides nothing.
             */
            portrait_similarity?: number | null;
            provider: string;
            /** @description `enrolment` or `payment`. */
            purpose: components["schemas"]["IdentityPurpose"];
            /** @description `asked`, `verified`, `refused`, `pending`, `not_sent` or `unknown`. */
            state: components["schemas"]["IdentityState"];
            /** Format: date-time */
            updated_at: string;
            /**
             * Format: date-time
             * @description When a payment was rested on it.
             */
            used_at?: string | null;
            /** Format: uuid */
            user_id: string;
        };
        /** @enum {string} */
        IdentityPurpose: "enrolment" | "payment";
        /** @enum {string} */
        IdentityState: "asked" | "verified" | "refused" | "pending" | "not_sent" | "unknown";
        /** @description A payer's instrument at a provider, without its token. */
        Instrument: {
            /** Format: date-time */
            created_at: string;
            provider: string;
            /**
             * Format: date-time
             * @description When it was last charged.
             */
            used_at?: string | null;
        };
        /** @description A key without its secret. */
        Key: components["schemas"]["Bounds"] & {
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            id: string;
            name: string;
            /** Format: date-time */
            revoked_at?: string | null;
            role: components["schemas"]["RoleName"];
        };
        /** @description What a plugin did wrong. */
        LastFault: {
            /**
             * Format: date-time
             * @description RFC 3339.
             */
            at: string;
            what: string;
        };
        /** @description Durations of one point. */
        LatencyPoint: components["schemas"]["Durations"] & {
            /** Format: date-time */
            at: string;
        };
        /** @description One payer's part of a group checkout. */
        Leg: {
            amount: components["schemas"]["Amount"];
            /**
             * Format: int32
             * @description From 1; the `{n}` of its paths.
             */
            number: number;
            /** @description Why it was refused or what it waits for. */
            reason?: string | null;
            /**
             * @description `awaiting_payer`, `awaiting_step_up`, `awaiting_confirmation`, `confirmed`, `authorizing`, `authorized`,
             *     `capturing`, `capture_refused`, `captured`, `undoing`, `in_doubt`, `declined`, `cancelled`, `expired`, `voided` or
             *     `refunded`.
             */
            state: components["schemas"]["LegState"];
            /**
             * Format: uuid
             * @description The payment behind it.
             */
            transaction_id: string;
            /**
             * Format: uuid
             * @description Who was recognised, or, after the whole was shared anew, who is to look again.
             */
            user_id?: string | null;
        };
        /** @enum {string} */
        LegState: "awaiting_payer" | "awaiting_step_up" | "awaiting_confirmation" | "confirmed" | "authorizing" | "authorized" | "capturing" | "capture_refused" | "captured" | "undoing" | "in_doubt" | "declined" | "cancelled" | "expired" | "voided" | "refunded";
        /** @description A link and its code, shown once: send each to the person by a way of its own. */
        Link: {
            /** @description Six digits, by another way. */
            code: string;
            /** Format: date-time */
            expires_at: string;
            /** @description Belongs into the link. */
            token: string;
        };
        /** @description A sign-in. */
        Login: {
            /** @description What the device for one-time codes shows, where the account has one. */
            code?: string | null;
            /** @description For a browser: the session is kept in a cookie that no script reads, and `token` is absent. */
            cookie?: boolean;
            name: string;
            /** Format: password */
            password: string;
        };
        /** @description Somebody who looks like another person. */
        LookAlike: {
            /** Format: date-time */
            found_at: string;
            /**
             * Format: float
             * @description Of the nearest two of their faces.
             */
            similarity: number;
            /** Format: uuid */
            user_id: string;
        };
        /** @description People of whom each looks like another. */
        LookAlikeGroup: {
            user_ids: string[];
        };
        /** @description Looks of live people into cameras. */
        LookCounts: {
            /** Format: int64 */
            known: number;
            /**
             * Format: int64
             * @description Of those known, how many were hardly more like themselves than like somebody else.
             */
            low_margin: number;
            /** Format: int64 */
            total: number;
            /** Format: int64 */
            unknown: number;
        };
        /** @description Who is signed in. */
        Me: {
            csrf?: string | null;
            /** Format: date-time */
            expires_at?: string | null;
            /** Format: uuid */
            id: string;
            name: string;
            /** @description What they may do now. */
            permissions: components["schemas"]["PermissionName"][];
            role: components["schemas"]["RoleName"];
            /** @description Whether they sign in with a one-time code as well. */
            totp: boolean;
            /** @description Whether they may do nothing else before they have a device for one-time codes. */
            totp_required: boolean;
        };
        /** @description A key at the only moment when its secret is shown. */
        MintedKey: components["schemas"]["Bounds"] & {
            /** Format: uuid */
            id: string;
            /** @description Keep it: it is not shown again. */
            key: string;
            name: string;
            role: components["schemas"]["RoleName"];
        };
        /** @description A new secret at the only moment when it is shown. */
        MintedSecret: {
            /** @description Keep it: it is not shown again. */
            secret: string;
        };
        /** @description A webhook at the only moment when its secret is shown. */
        MintedWebhook: components["schemas"]["Webhook"] & {
            /** @description Keep it: it is not shown again. */
            secret: string;
        };
        /** @description One thing that a candidate lacks. */
        MissingReason: {
            /** @description coverage, comparisons, agreement or impostor_scores. */
            code: string;
            detail: string;
        };
        /** @description Where the change of the recogniser stands. */
        ModelChange: {
            /**
             * Format: int32
             * @description The model tag of the recogniser in force.
             */
            active_tag: number;
            agreement?: components["schemas"]["Agreement"] | null;
            /**
             * Format: int32
             * @description The one that is tried beside.
             */
            candidate_tag?: number | null;
            coverage?: components["schemas"]["Coverage"] | null;
            /**
             * Format: int32
             * @description The one whose templates are being deleted.
             */
            leaving_tag?: number | null;
            /** @description What it still lacks. */
            missing: components["schemas"]["MissingReason"][];
            /** @description The recognisers that the settings offer. */
            offered_tags: number[];
            /** @description idle, shadowing, cut_over, rolled_back or settled. */
            phase: components["schemas"]["ModelChangePhase"];
            /**
             * Format: int32
             * @description The one that was in force before, and may be again.
             */
            previous_tag?: number | null;
            /** @description Whether the candidate may take over. */
            ready: boolean;
            /** Format: date-time */
            since: string;
        };
        /** @enum {string} */
        ModelChangePhase: "idle" | "shadowing" | "cut_over" | "rolled_back" | "settled";
        /** @description Weights at work. */
        ModelInUse: {
            /**
             * Format: int32
             * @description The space of its templates; of recognisers only.
             */
            model_tag?: number | null;
            name: string;
            sha256: string;
        };
        /** @description How clearly somebody was meant by a look-up. */
        Named: {
            /**
             * Format: float
             * @description How far the person's face was more like than anybody else's at the centre, below zero for whoever was behind; nothing where there is nobody
             *     else. Who is hardly ahead proves more than a face.
             */
            lead?: number | null;
            /** Format: uuid */
            user_id: string;
        };
        /** @description Whose face pays, by its track at the camera: that of `checkout.several_faces`, `sighting` or `face_detection` events. */
        NamedPayer: {
            /** Format: int64 */
            track: number;
        };
        /** @description An amount in a request; checked by [`AmountIn::checked`]. */
        NewAmount: {
            /**
             * Format: int64
             * @description Whole minor units above zero: 1250 for 12.50 EUR.
             */
            amount: number;
            /**
             * @description ISO 4217 code.
             * @example EUR
             */
            currency: string;
        };
        /** @description What became of a break. */
        NewBreakResolution: {
            /** @description Why it is no break any more: 1 to 500 characters, no personal data. */
            reason: string;
            /**
             * @description Gives the difference up: it leaves the suspense account for the fees. Else it stays there, for the line of
             *     another day that makes up for it.
             */
            write_off?: boolean;
        };
        /** @description A camera to add. */
        NewCamera: {
            decode?: components["schemas"]["Decode"] | null;
            /** @description 1 to 40 of `a-z`, `0-9`, `-`. */
            id: string;
            name?: string | null;
            /** @description `rtsp(s)://…`, `v4l2:///dev/videoN`, `file:///…` or `push:`. */
            source: string;
        };
        /** @description How much to take; all that was set aside when absent. The rest is free again. */
        NewCapture: {
            amount?: components["schemas"]["NewAmount"] | null;
        };
        /** @description A payment to be made by whoever looks into a camera. */
        NewCheckout: {
            amount: components["schemas"]["NewAmount"];
            /** @description The camera's id. */
            camera: string;
            /**
             * Format: int64
             * @description Until it expires; `checkout.deadline_ms_default` when absent.
             */
            deadline_ms?: number | null;
            policy?: components["schemas"]["GroupPolicy"] | null;
            /** @description The payment plugin that is to take it; the appliance's first one when absent. */
            provider?: string | null;
            /** @description The merchant's own name for it, up to 200 characters. */
            reference?: string | null;
            split?: components["schemas"]["Split"] | null;
        };
        /** @description A consent to record. */
        NewConsent: {
            /** @description How it was given, such as `branch` or `link`; `branch` when absent. */
            channel?: string | null;
            /**
             * Format: date-time
             * @description RFC 3339; `policy.consent_days` from now when absent.
             */
            expires_at?: string | null;
            /** @description Of the text (BCP 47); `en` when absent. */
            language?: string | null;
            /** @description The text that the person was shown; its SHA-256 is kept. */
            text: string;
            /** @description The version of the text, such as `2026-01`. */
            version: string;
        };
        /** @description A text to keep. */
        NewConsentText: {
            /** @description BCP 47, such as `de`. */
            language: string;
            /** @description Up to 64 KiB, kept to the byte. */
            text: string;
            /** @description Such as `2026-01`; with the language it names the text. */
            version: string;
        };
        /** @description Money to put into a wallet. */
        NewCredit: {
            amount: components["schemas"]["NewAmount"];
        };
        /** @description What is to be checked. */
        NewIdentityCheck: {
            /** @description What the person says, their consent among it. */
            claim?: Record<string, never> | null;
            /** @description What the person hands over, as it was read, in base64. It is not kept. */
            document?: string | null;
            /** @description What it is, in the provider's words, such as `aadhaar-ekyc`. */
            kind: string;
            /** @description The plugin, by its id, with or without `org.facepay.`. */
            provider: string;
            purpose?: components["schemas"]["IdentityPurpose"] | null;
            /** @description What the person confides, by name. It is handed to the provider and not kept. */
            secret?: {
                [key: string]: string;
            } | null;
        };
        /** @description What a provider knows a payer's money by. */
        NewInstrument: {
            /** @description The provider's token, up to 500 characters. It is never shown again. */
            token: string;
        };
        /** @description A key to make. */
        NewKey: {
            /** @description The one camera that it is for, such as that of a kiosk; any when absent. */
            camera?: string | null;
            /** @description SHA-256 of the client certificate that it is bound to, 64 hexadecimal digits. */
            certificate_sha256?: string | null;
            /**
             * Format: date-time
             * @description When it ends (RFC 3339); never when absent.
             */
            expires_at?: string | null;
            name: string;
            /** @description admin, operator, integrator, auditor or kiosk. */
            role: components["schemas"]["RoleName"];
            /** @description What it may do of what its role may, such as `payments.take`; all of it when absent. */
            scopes?: components["schemas"]["PermissionName"][] | null;
        };
        /** @description A member of staff to add. */
        NewOperator: {
            /** @description 1 to 60 characters. */
            name: string;
            /**
             * Format: password
             * @description At least 10 characters.
             */
            password: string;
            /** @description admin, operator, integrator, auditor or kiosk. */
            role: components["schemas"]["RoleName"];
        };
        /** @description A new password; the sessions of the account are over. */
        NewPassword: {
            /**
             * Format: password
             * @description At least 10 characters.
             */
            new: string;
            /** Format: password */
            old: string;
        };
        /** @description What the person has of their link and of the other way, for a device to be signed in. */
        NewPayerDevice: {
            code: string;
            /** @description The token comes in a cookie that no script reads, and is not in the answer. */
            cookie?: boolean;
            /** @description What the person is to know the device by. */
            name: string;
            token: string;
        };
        /** @description A PIN to set. */
        NewPin: {
            /** @description 4 to 12 digits; runs, repetitions and others that are guessed first are refused. */
            pin: string;
        };
        /** @description How much to give back; all that is left when absent. */
        NewRefund: {
            amount?: components["schemas"]["NewAmount"] | null;
        };
        /** @description What one person found out about a request that no provider answers for. */
        NewResolution: {
            /** @description `approved`, `declined` or `reversed`. */
            outcome: components["schemas"]["Outcome"];
            /** @description How it is known, 1 to 200 characters. */
            reason: string;
        };
        /** @description A business day to close. */
        NewSettlement: {
            /**
             * Format: date
             * @description The business day.
             * @example 2026-01-31
             */
            date: string;
            /** @description The payment plugin's id; the loaded one's when absent. */
            provider?: string | null;
        };
        /**
         * @description A payment to make. The payer is proved by a picture or a camera; staff may leave both out up to
         *     `policy.attended_amount_max`.
         */
        NewTransaction: {
            amount: components["schemas"]["NewAmount"];
            /** @description The id of a camera whose newest picture is taken. */
            camera?: string | null;
            /** @description JPEG or PNG, base64. */
            image?: string | null;
            /** @description The payment plugin that is to take it; the appliance's first one when absent. */
            provider?: string | null;
            /** @description The merchant's own name for it, up to 200 characters. */
            reference?: string | null;
            /** @description The till, where no camera names the place: 1 to 40 of `a-z`, `0-9` and `-`. */
            terminal?: string | null;
            /**
             * Format: uuid
             * @description Who pays.
             */
            user_id: string;
        };
        /** @description A person to add. */
        NewUser: {
            email?: string | null;
            /** @description 1 to 120 characters. */
            name: string;
        };
        /** @description An address to tell of what happens. */
        NewWebhook: {
            /** @description Kinds of events such as `transaction.captured`, or `transaction.*`; all when absent. */
            events?: string[] | null;
            /** @description `http://HOST/PATH` on this machine or in `webhooks.networks`. */
            url: string;
        };
        /** @description A request whose outcome is not known: it is in no sum. */
        OpenOperation: {
            amount: components["schemas"]["Amount"];
            /** Format: date-time */
            created_at: string;
            kind: components["schemas"]["OperationKind"];
            /** Format: uuid */
            operation_id: string;
            state: components["schemas"]["OperationState"];
            /** Format: uuid */
            transaction_id: string;
        };
        /** @description A device that is signed in. */
        OpenedPayerDevice: {
            /** @description Goes with the cookie, in `x-csrf-token` with everything but GET. */
            csrf?: string | null;
            /** Format: uuid */
            id: string;
            /** @description Shown once; absent where a cookie holds it. */
            token?: string | null;
        };
        /** @description One request to a payment provider. */
        Operation: {
            amount: components["schemas"]["Amount"];
            /** @description The reference by which the provider knows the request, hex. */
            attempt: string;
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            id: string;
            /** @description `sale`, `authorize`, `capture`, `void` or `refund`. */
            kind: components["schemas"]["OperationKind"];
            provider: string;
            provider_ref?: string | null;
            reason?: string | null;
            /** @description `approved`, `declined`, `unknown`, `manual_review` and so on. */
            state: components["schemas"]["OperationState"];
            /** Format: uuid */
            transaction_id: string;
        };
        /** @description One request to the provider, step by step. */
        OperationHistory: components["schemas"]["Operation"] & {
            /** @description What the plugin kept of the provider's answers; what may be a secret is masked. Whole answers are kept nowhere. */
            kept?: Record<string, never> | null;
            steps: components["schemas"]["HistoryStep"][];
            /**
             * Format: int32
             * @description How often the provider was asked after it.
             */
            tries: number;
        };
        /** @enum {string} */
        OperationKind: "authorize" | "capture" | "sale" | "void" | "refund" | "reversal";
        /** @enum {string} */
        OperationState: "prepared" | "submitting" | "approved" | "declined" | "not_sent" | "pending" | "unknown" | "syncing" | "reversing" | "reversed" | "manual_review";
        /** @description A member of staff. */
        Operator: {
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description When the account was shut.
             */
            disabled_at?: string | null;
            /** Format: uuid */
            id: string;
            name: string;
            role: components["schemas"]["RoleName"];
            /** @description Whether they sign in with a one-time code as well. */
            totp: boolean;
        };
        /** @enum {string} */
        Outcome: "approved" | "declined" | "reversed";
        /** @description A consent of the person whose device asks. */
        OwnConsent: {
            channel: string;
            /** Format: date-time */
            expires_at: string;
            /** Format: date-time */
            given_at: string;
            /** Format: uuid */
            id: string;
            language: string;
            /** @description `live`, `not_yet`, `expired` or `withdrawn`. */
            standing: string;
            /** @description The text, where this appliance keeps it. */
            text?: string | null;
            /** @description Of the text that was agreed to. */
            text_sha256: string;
            version: string;
            /** Format: date-time */
            withdrawn_at?: string | null;
        };
        /** @description What is enrolled of a person's face. */
        OwnFaces: {
            count: number;
            /** Format: date-time */
            first_at?: string | null;
            /** Format: date-time */
            newest_at?: string | null;
        };
        /** @description The key that asks. */
        OwnKey: components["schemas"]["Key"] & {
            /** @description What it may do: what its role may, within its scopes. */
            permissions: components["schemas"]["PermissionName"][];
        };
        /** @description What a person may spend in a currency, and what is spent of it. */
        OwnLimit: {
            /** @description The largest sum in 24 hours. */
            day_max: components["schemas"]["Amount"];
            /** @description What the last 24 hours come to, payments under way included. */
            day_spent: components["schemas"]["Amount"];
            /**
             * Format: int32
             * @description How many the last hour had.
             */
            hour_count: number;
            /**
             * Format: int32
             * @description The most payments in an hour.
             */
            hour_count_max: number;
            /** @description The largest payment. */
            payment_max: components["schemas"]["Amount"];
        };
        /** @description How it stands with the person whose device asks. */
        OwnStanding: {
            /** @description For a page that was loaded anew and has forgotten it. */
            csrf?: string | null;
            /**
             * Format: uuid
             * @description The device that asks.
             */
            device_id: string;
            email?: string | null;
            face_payment: components["schemas"]["FacePayment"];
            /** @description Whether a face pays only once payment by face is switched on; where not, it pays on the consent. */
            face_payment_asked: boolean;
            faces: components["schemas"]["OwnFaces"];
            /** @description One for each currency that the person pays in. */
            limits: components["schemas"]["OwnLimit"][];
            name: string;
            /** @description Whether there is a PIN, which acts of weight are asked for then. */
            pin: boolean;
            /** @description `active` or `blocked`. */
            status: components["schemas"]["UserStatus"];
            /** Format: uuid */
            user_id: string;
            /** @description One for each currency. */
            wallets: components["schemas"]["Wallet"][];
        };
        /** @description One page of a list of `Approval`. */
        PageOfApproval: {
            items: components["schemas"]["Approval"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `AuditEntry`. */
        PageOfAuditEntry: {
            items: components["schemas"]["AuditEntry"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `Camera`. */
        PageOfCamera: {
            items: components["schemas"]["Camera"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `CameraStateChange`. */
        PageOfCameraStateChange: {
            items: components["schemas"]["CameraStateChange"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `Checkout`. */
        PageOfCheckout: {
            items: components["schemas"]["Checkout"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `Consent`. */
        PageOfConsent: {
            items: components["schemas"]["Consent"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `ConsentText`. */
        PageOfConsentText: {
            items: components["schemas"]["ConsentText"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `Delivery`. */
        PageOfDelivery: {
            items: components["schemas"]["Delivery"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `EnrolmentReview`. */
        PageOfEnrolmentReview: {
            items: components["schemas"]["EnrolmentReview"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `Face`. */
        PageOfFace: {
            items: components["schemas"]["Face"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `IdentityCheck`. */
        PageOfIdentityCheck: {
            items: components["schemas"]["IdentityCheck"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `Key`. */
        PageOfKey: {
            items: components["schemas"]["Key"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `LookAlike`. */
        PageOfLookAlike: {
            items: components["schemas"]["LookAlike"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `LookAlikeGroup`. */
        PageOfLookAlikeGroup: {
            items: components["schemas"]["LookAlikeGroup"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `Operation`. */
        PageOfOperation: {
            items: components["schemas"]["Operation"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `Operator`. */
        PageOfOperator: {
            items: components["schemas"]["Operator"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `OwnConsent`. */
        PageOfOwnConsent: {
            items: components["schemas"]["OwnConsent"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `Plugin`. */
        PageOfPlugin: {
            items: components["schemas"]["Plugin"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `Receipt`. */
        PageOfReceipt: {
            items: components["schemas"]["Receipt"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `Settlement`. */
        PageOfSettlement: {
            items: components["schemas"]["Settlement"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `SettlementLine`. */
        PageOfSettlementLine: {
            items: components["schemas"]["SettlementLine"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `Transaction`. */
        PageOfTransaction: {
            items: components["schemas"]["Transaction"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `User`. */
        PageOfUser: {
            items: components["schemas"]["User"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description One page of a list of `Webhook`. */
        PageOfWebhook: {
            items: components["schemas"]["Webhook"][];
            /** @description Hand this back as `cursor` for the next page; absent on the last. */
            next_cursor?: string;
        };
        /** @description The password once more. */
        PasswordAgain: {
            /** Format: password */
            password: string;
        };
        /** @description A device on which a person looks after what is their own. */
        PayerDevice: {
            /** Format: uuid */
            id: string;
            name: string;
            /** Format: date-time */
            opened_at: string;
            /**
             * Format: date-time
             * @description When it was last used, to the hour.
             */
            seen_at: string;
            /** @description Whether it is the one that asks. */
            this: boolean;
        };
        /** @description All devices of a person, the newest first; there are eight at the most. */
        PayerDevices: {
            items: components["schemas"]["PayerDevice"][];
        };
        /** @description Payments by what became of them. */
        PaymentOutcomes: {
            /** Format: int64 */
            authorized: number;
            /** Format: int64 */
            cancelled: number;
            /**
             * Format: int64
             * @description Refunded ones included.
             */
            captured: number;
            /** Format: int64 */
            declined: number;
            /** Format: int64 */
            expired: number;
            /** Format: int64 */
            in_doubt: number;
            /** Format: int64 */
            opened: number;
            /** Format: int64 */
            voided: number;
            /**
             * Format: int64
             * @description Not ended yet.
             */
            waiting: number;
        };
        /** @description Payments of one point. */
        PaymentPoint: {
            amounts: components["schemas"]["PaymentSums"][];
            /** Format: date-time */
            at: string;
            payments: components["schemas"]["PaymentOutcomes"];
        };
        /** @description Money of one currency. */
        PaymentSums: {
            captured: components["schemas"]["Amount"];
            /**
             * Format: int64
             * @description Of how many payments money was taken.
             */
            count: number;
            currency: string;
            refunded: components["schemas"]["Amount"];
        };
        /** @enum {string} */
        PermissionName: "people.read" | "people.write" | "people.erase" | "look_alikes.read" | "enrolments.review" | "identity.check" | "faces.match" | "payments.read" | "payments.take" | "payments.return" | "settlement.manage" | "wallets.fund" | "cameras.view" | "cameras.manage" | "cameras.push" | "plugins.read" | "plugins.manage" | "models.manage" | "webhooks.manage" | "system.read" | "audit.read" | "access.manage" | "settings.read" | "settings.manage" | "sync.follow" | "payer.own";
        /** @description A person as they are copied. */
        Person: {
            consents: components["schemas"]["CopiedConsent"][];
            /** Format: int64 */
            created_at_micros: number;
            email?: string | null;
            /** Format: int64 */
            face_payment_from_micros?: number | null;
            faces: components["schemas"]["CopiedFace"][];
            /** @description A PIN is not copied: it is tried at the centre. */
            has_pin: boolean;
            instruments: components["schemas"]["CopiedInstrument"][];
            look_alikes: components["schemas"]["CopiedLookAlike"][];
            name: string;
            status: string;
            /** Format: int64 */
            updated_at_micros: number;
        };
        /** @description Where pictures come from: `images` or `camera`, one of the two. */
        Pictures: {
            /**
             * @description The id of a camera whose newest picture is taken. An enrolment takes several pictures there, of several poses,
             *     and is answered after some seconds.
             */
            camera?: string | null;
            /** @description One picture, base64, instead of a list. */
            image?: string | null;
            /** @description JPEG or PNG files, base64; a `data:` prefix is fine. */
            images?: string[] | null;
        };
        /** @description A plugin at work. */
        Plugin: {
            /**
             * Format: int64
             * @description How often it was loaded since the appliance started, this one included.
             */
            generation: number;
            id: string;
            interfaces: string[];
            /** @description The vendor's key. */
            key_id?: string | null;
            last_fault?: components["schemas"]["LastFault"] | null;
            licence: string;
            /** @description `isolated` in a process of its own, or `in_process` with the appliance's memory. */
            mode: string;
            /** @description Of the package's `plugin.json`. */
            package_sha256?: string | null;
            /** @description What the kernel enforces on the plugin's own process; null when it runs in the appliance's. */
            sandbox?: string | null;
            /** @description Of its library as it was loaded. */
            sha256: string;
            /** @description `active`, `faulted: REASON` or `disabled: REASON`. */
            state: string;
            /** @description `delivered` beside the binary, `signed` by a vendor whom the policy trusts, or `unsigned`. */
            trust: string;
            vendor: string;
            version: string;
        };
        /** @description A plugin's settings in force, and what they may be. */
        PluginSettings: {
            /** @description What has a value that is not shown. */
            hidden: components["schemas"]["HiddenSetting"][];
            /** @description What the settings call it: its own lie in the table `plugins.settings.NAME`. */
            name: string;
            /** @description The plugin's id. */
            plugin: string;
            /** @description JSON Schema 2020-12, as the plugin tells it. `"x-secret": true` marks names of secrets, which lie in `secrets.folder`. */
            schema: Record<string, never>;
            /**
             * @description For each key that is set: `default`, `profile NAME`, a file, `environment NAME`, or `plugins.recognition_set` and the like. For others
             *     the plugin's own default holds.
             */
            sources: {
                [key: string]: string;
            };
            /** @description With defaults filled in, and without what is hidden. */
            values: Record<string, never>;
        };
        /** @description What came of trying a change of a plugin's settings. */
        PluginSettingsCheck: {
            /** @description What would be different, once the plugin is loaded anew. */
            changes: components["schemas"]["SettingsDifference"][];
            /** @description The setting that does not fit the plugin's schema, where it is one. */
            key?: string | null;
            /** @description Why it does not. */
            problem?: string | null;
            /** @description Settings that name a secret which is not in `secrets.folder`. */
            secrets_missing: string[];
            /** @description Whether the plugin goes to work with it. */
            valid: boolean;
        };
        /** @description Poses of an enrolment before a camera: `straight`, `left`, `right`, `up`, `down`. */
        Poses: {
            done: string[];
            /** @description Those that were wanted and not seen in time. */
            missing: string[];
        };
        /** @description The document as it is sent (`application/problem+json`). */
        Problem: {
            /** @description Stable name of the problem. */
            code: string;
            /** @description What happened this time, and what to do. */
            detail: string;
            /** @description The enrolment that waits for another member of staff. */
            enrolment_id?: string | null;
            /** @description Where a face is not good enough: each figure that misses, with what the person can do. */
            faults?: components["schemas"]["QualityFault"][];
            /** @description Of an enrolment: each picture that was refused, and why. */
            pictures?: components["schemas"]["RefusedPicture"][];
            /** @description Named reasons, where there are several. */
            reasons?: string[];
            /**
             * Format: int32
             * @description The HTTP status code.
             */
            status: number;
            /** @description The status in words. */
            title: string;
            /** @description A URI reference that names the kind of problem: `/problems/<code>`. */
            type: string;
        };
        /** @description The appliance's process, as the kernel counts it. */
        Process: {
            /** Format: int32 */
            pid: number;
            /** Format: int64 */
            rss_bytes?: number | null;
            /** Format: int64 */
            threads?: number | null;
        };
        /** @description The proof that one record is among those that a checkpoint covers. */
        Proof: {
            checkpoint: components["schemas"]["Checkpoint"];
            /** @description From the record to the root: the hash of the other side at each step, hex. */
            path: string[];
            /** @description The record's bytes. */
            record: string;
            /** Format: int64 */
            seq: number;
        };
        /** @description What became of a provider's message. */
        ProviderMessage: {
            /** @description applied, duplicate or unrelated. */
            result: string;
        };
        /** @description One component of a face's quality. */
        QualityComponent: {
            /**
             * Format: float
             * @description The most that is allowed; absent when anything is.
             */
            allowed_max?: number | null;
            /**
             * Format: float
             * @description The least that is asked; absent when nothing is.
             */
            allowed_min?: number | null;
            /** @description Component after ISO/IEC 29794-5; `docs/quality.md` lists them. */
            component: string;
            /**
             * Format: float
             * @description In `unit`; absent when the detector does not measure it: then it is not judged.
             */
            measured?: number | null;
            /**
             * Format: int32
             * @description 0 (worst) to 100, comparable between components.
             */
            score?: number | null;
            unit: string;
        };
        /** @description One figure of a face that is not good enough. */
        QualityFault: {
            /** @description What the person can do, to be read out. */
            advice: string;
            /**
             * Format: float
             * @description In `unit`.
             */
            allowed: number;
            /** @description Whether `allowed` is `at_least` or `at_most`. */
            bound: string;
            /** @description Component after ISO/IEC 29794-5; `docs/quality.md` lists them. */
            component: string;
            /**
             * Format: float
             * @description In `unit`; absent when it is no number.
             */
            measured?: number | null;
            /** @description Stable name of the reason. */
            reason: string;
            unit: string;
        };
        /** @description How looks of one point were. */
        QualityPoint: {
            /** Format: date-time */
            at: string;
            /**
             * Format: int64
             * @description On how many looks of people who are known something was decided.
             */
            decided: number;
            /** Format: int64 */
            declined: number;
            /** Format: double */
            declined_rate?: number | null;
            looks: components["schemas"]["LookCounts"];
            /**
             * Format: double
             * @description Of those known; absent where nobody was.
             */
            low_margin_rate?: number | null;
            /**
             * Format: double
             * @description Of `decided`; absent where nothing was.
             */
            step_up_rate?: number | null;
            /** Format: int64 */
            step_ups: number;
        };
        /** @description Whether payments can be taken now; the checks with `?verbose`. */
        Readiness: {
            checks?: components["schemas"]["Check"][];
            compute?: components["schemas"]["Compute"] | null;
            decoders?: string[];
            ready: boolean;
        };
        /** @description How often something was the reason. */
        ReasonCount: {
            /** Format: int64 */
            count: number;
            reason: string;
        };
        /** @description A receipt. */
        Receipt: {
            amount: components["schemas"]["Amount"];
            /** @description The amount as people read it: `12.50 EUR`. */
            amount_text: string;
            /** @description The appliance's public key, hex. */
            key: string;
            /** Format: date-time */
            paid_at: string;
            /**
             * @description What was signed when the money moved, as canonical JSON: what the decision was measured by, with what, and what
             *     the provider answered. `state` and `refunded` above are of this moment.
             */
            receipt: string;
            reference?: string | null;
            refunded: components["schemas"]["Amount"];
            /** @description Ed25519 over `receipt`, hex. */
            signature: string;
            state: components["schemas"]["TransactionState"];
            /** Format: uuid */
            transaction_id: string;
        };
        /** @description Receipts that a follower hands over. */
        Receipts: {
            receipts: components["schemas"]["SignedReceipt"][];
        };
        /** @description A picture that is no template. */
        RefusedPicture: {
            /**
             * @description `face_quality`, `face_not_live`, `face_differs`, `face_duplicate`, `face_unlike`, `surplus`, `no_face`,
             *     `several_faces`, or what is wrong with the file.
             */
            code: string;
            detail: string;
            /** @description Each figure that misses the gate of enrolment, with what the person can do. */
            faults: components["schemas"]["QualityFault"][];
            /** @description Its place in the request, from 0. */
            index: number;
            /** @description Named reasons of the quality gate. */
            reasons: string[];
        };
        /** @description Which messages to send once more; one of the two. */
        ReplayRequest: {
            /** @description Those that were given up. */
            dead?: boolean | null;
            /**
             * Format: int32
             * @description All from this place on.
             */
            from?: number | null;
        };
        /** @description Who resolved a break, when and why. */
        Resolved: {
            /** Format: date-time */
            at: string;
            by: string;
            reason: string;
        };
        /** @enum {string} */
        RoleName: "admin" | "operator" | "integrator" | "auditor" | "kiosk" | "appliance" | "payer";
        /** @description Bytes in base64 that are overwritten when dropped. */
        Secret64: string;
        /** @description A session. */
        Session: {
            /** @description With a cookie, send it as `x-csrf-token` with everything but GET. */
            csrf?: string | null;
            /** Format: date-time */
            expires_at: string;
            /** Format: uuid */
            operator_id: string;
            role: components["schemas"]["RoleName"];
            /** @description Send it as `Authorization: Bearer …`. */
            token?: string | null;
        };
        /** @description What came of trying it. */
        SettingsCheck: {
            /** @description What would be different, each from the next start on. */
            changes: components["schemas"]["SettingsDifference"][];
            /** @description Why it would not. */
            problem?: string | null;
            /** @description Whether the appliance would start with it. */
            valid: boolean;
        };
        /** @description A key that would have another value. */
        SettingsDifference: {
            from: unknown;
            key: string;
            /** @description Whether a layer above files says otherwise, so that a file changes nothing. */
            overridden: boolean;
            /** @description The layer that it comes from now. */
            source: string;
            to: unknown;
        };
        /** @description What the appliance goes by. */
        SettingsInForce: {
            /** @description For each key, as `policy.sale_amount_max`: `default`, `profile NAME`, a file, or `environment NAME`. */
            sources: {
                [key: string]: string;
            };
            /** @description As in `config/default.toml`, with the values in force; secrets are masked. */
            values: Record<string, never>;
        };
        /** @description A change to try. */
        SettingsProposal: {
            /** @description By key, as `policy.sale_amount_max`; of a plugin by its own keys. */
            changes: Record<string, never>;
        };
        /** @description What closed business days add up to by our books, in one currency. */
        SettledSums: {
            currency: string;
            fees: components["schemas"]["Amount"];
            gross: components["schemas"]["Amount"];
            net: components["schemas"]["Amount"];
            /** Format: int64 */
            refund_count: number;
            refunds: components["schemas"]["Amount"];
            /** Format: int64 */
            sales: number;
        };
        /** @description A closed business day of one provider. */
        Settlement: {
            breaks_left: number;
            /** Format: date-time */
            closed_at: string;
            closed_by: string;
            date: string;
            file?: components["schemas"]["SettlementFile"] | null;
            /** Format: date-time */
            from: string;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description How many requests that moved money are in it.
             */
            operation_count: number;
            /** @description By our books. */
            ours: components["schemas"]["SettlementTotals"][];
            provider: string;
            /** @description `closed`, `matched` or `with_breaks`. */
            state: components["schemas"]["SettlementState"];
            /** @description By the provider's file. */
            theirs: components["schemas"]["SettlementTotals"][];
            /**
             * Format: date-time
             * @description The first moment that is not in it.
             */
            until: string;
        };
        /** @description One provider's business day. */
        SettlementDay: {
            breaks_left: number;
            /** @description At most 500 requests whose outcome is not known, oldest first. */
            open_operations: components["schemas"]["OpenOperation"][];
            /** @description By our books. */
            ours: components["schemas"]["SettlementTotals"][];
            provider: string;
            /** Format: uuid */
            settlement_id?: string | null;
            /** @description `open`, `closed`, `matched` or `with_breaks`. */
            state: components["schemas"]["SettlementState"];
            /** @description By the provider's file. */
            theirs: components["schemas"]["SettlementTotals"][];
        };
        /** @description The provider's file of a closed day. */
        SettlementFile: {
            /** Format: date-time */
            imported_at: string;
            /** Format: int64 */
            lines: number;
            sha256: string;
        };
        /** @description One compared line of a closed day. */
        SettlementLine: {
            amount: components["schemas"]["Amount"];
            /** Format: date-time */
            at: string;
            attempt?: string | null;
            /**
             * Format: int64
             * @description What the provider owes us by it less what our books held, in minor units.
             */
            difference: number;
            fee: components["schemas"]["Amount"];
            /** @description `sale`, `refund` or `fee`. */
            kind: components["schemas"]["SettlementLineKind"];
            /** @description `matched`, `missing_ours`, `missing_theirs`, `amount_diff` or `duplicate_theirs`. */
            match: components["schemas"]["SettlementMatch"];
            /** Format: int64 */
            number: number;
            /** Format: uuid */
            operation_id?: string | null;
            provider_ref?: string;
            resolved?: components["schemas"]["Resolved"] | null;
            /**
             * Format: uuid
             * @description The transfer that took the difference to the suspense account.
             */
            transfer_id?: string | null;
        };
        /** @enum {string} */
        SettlementLineKind: "sale" | "refund" | "fee";
        /** @enum {string} */
        SettlementMatch: "matched" | "missing_ours" | "missing_theirs" | "amount_diff" | "duplicate_theirs";
        /** @description Every provider's business day as it stands now. */
        SettlementReport: {
            date: string;
            /** Format: date-time */
            from: string;
            providers: components["schemas"]["SettlementDay"][];
            time_zone: string;
            /** @description All providers together: by their files where they are here, else by our books. */
            totals: components["schemas"]["SettlementTotals"][];
            /**
             * Format: date-time
             * @description The first moment that is not in it.
             */
            until: string;
        };
        /** @enum {string} */
        SettlementState: "open" | "closed" | "matched" | "with_breaks";
        /** @description Sums of one currency, in minor units: `net = gross - refunds - fees`. */
        SettlementTotals: {
            /** @example EUR */
            currency: string;
            /** Format: int64 */
            fees: number;
            /** Format: int64 */
            gross: number;
            /** Format: int64 */
            net: number;
            /** Format: int64 */
            refund_count: number;
            /** Format: int64 */
            refunds: number;
            /** Format: int64 */
            sale_count: number;
        };
        /** @description The code that the appliance printed at its first start. */
        SetupRequest: {
            code: string;
            /** @description A name for the key, such as `headquarters`. */
            name?: string | null;
        };
        /** @description A receipt with its signature. */
        SignedReceipt: {
            /** @description Base64 of the bytes that are signed. */
            receipt: string;
            /** @description Base64 of the Ed25519 signature. */
            signature: string;
        };
        /** @description The span that was asked for. */
        Span: {
            /** @description How long the points are. */
            bucket: components["schemas"]["BucketName"];
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
        };
        /** @description What was spent in one span of five minutes, by its number since 1970. */
        Spent: {
            /** Format: int64 */
            amount: number;
            /** Format: int64 */
            bucket: number;
            /** Format: int32 */
            count: number;
            currency: string;
        };
        /** @description How several people share an amount. */
        Split: {
            /** @enum {string} */
            kind: "equal";
            /** @description 2 to 16. */
            payers: number;
        } | {
            amounts: number[];
            /** @enum {string} */
            kind: "amounts";
        } | {
            /** @enum {string} */
            kind: "shares";
            shares: number[];
        };
        /** @description Durations of one stage of recognition. */
        StageDurations: components["schemas"]["Durations"] & {
            /** @description `detection`, `tracking`, `liveness`, `recognition` or `search`. */
            stage: string;
        };
        /** @description What runs and how it does. */
        Status: {
            features: components["schemas"]["Features"];
            name: string;
            /** @description `ready`, `starting`, `draining` or `not_ready`. */
            status: string;
            version: string;
        };
        /** @description How the scores of a liveness step are spread. */
        StepHistogram: components["schemas"]["Histogram"] & {
            step: string;
        };
        /** @description A further factor: the payer's `pin`, an identity check, or `attested` by staff that enrols people. */
        StepUp: {
            /** @description `true`: staff vouches for the payer. */
            attested?: boolean | null;
            /**
             * Format: uuid
             * @description The id of an identity check of the payer, of purpose `payment`, that began after the payment was opened.
             */
            identity_check?: string | null;
            pin?: string | null;
        };
        /** @description What runs, on what, with how much room left. */
        System: {
            branch: string;
            /** @description `in-process` or `redis`. */
            cache: string;
            checks: components["schemas"]["Check"][];
            database: components["schemas"]["DatabaseInUse"];
            /** @description By camera. */
            decoders: string[];
            device?: components["schemas"]["Compute"] | null;
            disk?: components["schemas"]["Disk"] | null;
            models: components["schemas"]["ModelInUse"][];
            process: components["schemas"]["Process"];
            /** @description `demo`, `production`, or empty. */
            profile: string;
            ready: boolean;
            /** Format: date-time */
            started_at: string;
            /** Format: int64 */
            uptime_s: number;
            version: string;
        };
        /** @description What became of them. */
        Taken: {
            /** @description How many were not known yet. */
            new: number;
            /** @description Why others were refused; handing them over again changes nothing. */
            refused: string[];
        };
        /** @description A secret for a device for one-time codes (RFC 6238), at the only moment when it is shown. */
        TotpSecret: {
            /** @description To be typed in. */
            secret: string;
            /** @description To be shown as a QR code. */
            uri: string;
        };
        /** @description A payment. */
        Transaction: {
            amount: components["schemas"]["Amount"];
            branch: string;
            captured: components["schemas"]["Amount"];
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
            /** Format: uuid */
            id: string;
            /** @description The payment plugin that is to take it, where one was named. */
            provider?: string | null;
            /** @description Why it was declined, or what it waits for: what weighs most. */
            reason?: string | null;
            /** @description Every reason why a further factor is asked, what weighs most first. */
            reasons?: string[];
            reference?: string | null;
            refunded: components["schemas"]["Amount"];
            /** @description `requires_confirmation`, `processing`, `captured`, `declined`, `in_doubt` and so on. */
            state: components["schemas"]["TransactionState"];
            /** @description The camera or till. */
            terminal?: string | null;
            /** Format: date-time */
            updated_at: string;
            /** Format: uuid */
            user_id?: string | null;
        };
        /** @description A payment step by step. */
        TransactionHistory: {
            /** @description Whether only the first of very many steps are told. */
            is_cut: boolean;
            /** @description Its requests to the provider, oldest first. */
            operations: components["schemas"]["OperationHistory"][];
            /** @description Of the payment itself, oldest first. */
            steps: components["schemas"]["HistoryStep"][];
            /** Format: uuid */
            transaction_id: string;
        };
        /** @enum {string} */
        TransactionState: "requires_identification" | "requires_step_up" | "requires_confirmation" | "processing" | "authorized" | "captured" | "partially_refunded" | "refunded" | "voided" | "declined" | "cancelled" | "expired" | "in_doubt";
        /** @description A PIN that is tried at a follower. */
        TriedPin: {
            pin: string;
            /** Format: uuid */
            user_id: string;
        };
        /** @description A person who can pay. */
        User: {
            /** Format: date-time */
            created_at: string;
            email?: string | null;
            /** Format: uuid */
            id: string;
            name: string;
            /** @description `active` or `blocked`. */
            status: components["schemas"]["UserStatus"];
            /** @description One for each currency; absent in lists. */
            wallets?: components["schemas"]["Wallet"][] | null;
        };
        /** @description What to change about a person; what is absent stays. */
        UserChange: {
            email?: string | null;
            name?: string | null;
            status?: components["schemas"]["UserStatus"] | null;
        };
        /** @enum {string} */
        UserStatus: "active" | "blocked";
        /** @description The answer to "is this that person?". */
        Verification: {
            live: boolean;
            /** Format: float */
            liveness: number;
            /** @description Why not, where not. */
            reason?: string | null;
            /** Format: float */
            similarity: number;
            /**
             * Format: float
             * @description The similarity that one comparison asks for.
             */
            similarity_min: number;
            /** @description True only when the face is live and similar enough. */
            verified: boolean;
        };
        /** @description A person's money. */
        Wallet: {
            /** Format: uuid */
            account_id: string;
            /** @description What can be spent: posted less set aside. */
            available: components["schemas"]["Amount"];
            /** @description What is booked. */
            posted: components["schemas"]["Amount"];
            /** @description What payments under way have set aside. */
            reserved: components["schemas"]["Amount"];
        };
        /** @description A webhook without its secrets. */
        Webhook: {
            /** Format: date-time */
            created_at: string;
            /** @description What it hears of; all when empty. */
            events: string[];
            /** Format: uuid */
            id: string;
            /** @description How many secrets sign each message: two while one takes over from the other. */
            secrets: number;
            url: string;
        };
        /** @description What came of a message that tells of nothing. */
        WebhookTest: {
            delivered: boolean;
            error?: string | null;
            /** Format: int32 */
            status?: number | null;
            /** Format: int64 */
            took_ms: number;
        };
        /** @description What a change is of. */
        What: {
            /** @enum {string} */
            kind: "person";
            person?: components["schemas"]["Person"] | null;
        } | {
            /** @enum {string} */
            kind: "spending";
            spent: components["schemas"]["Spent"][];
        };
    };
    responses: {
        /** @description The request cannot be read, or a required header is missing. */
        Refusal400: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "path_invalid";
                };
            };
        };
        /** @description No valid key or session. */
        Refusal401: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unauthenticated";
                };
            };
        };
        /** @description The role may not do this. */
        Refusal403: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "camera_bound" | "cross_site" | "forbidden";
                };
            };
        };
        /** @description There is no such thing. */
        Refusal404: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "user_not_found";
                };
            };
        };
        /** @description The state does not allow this now. */
        Refusal409: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "conflict";
                };
            };
        };
        /** @description The body is too large. */
        Refusal413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "body_too_large";
                };
            };
        };
        /** @description The body's media type is not taken. */
        Refusal415: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unsupported_media_type";
                };
            };
        };
        /** @description The content breaks a rule; `code` and `reasons` say which. */
        Refusal422: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "idempotency_key_reused" | "json_data";
                };
            };
        };
        /** @description This is for WebSocket clients. */
        Refusal426: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "websocket_expected";
                };
            };
        };
        /** @description Too many attempts; wait. */
        Refusal429: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "rate_limited";
                };
            };
        };
        /** @description A part that is needed is not available now. */
        Refusal503: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "cache_unavailable" | "database_unavailable";
                };
            };
        };
        /** @description It took longer than `server.request_timeout_ms`; ask for the state before trying again. */
        Refusal504: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "request_timeout";
                };
            };
        };
        /** @description The disk is full or the database read-only; nothing happened. */
        Refusal507: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "storage_not_writable";
                };
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_index: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Status and features */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                    "text/html": string;
                };
            };
            /** @description What you have is what there is. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "database_unavailable";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
        };
    };
    get_analytics_latency: {
        parameters: {
            query?: {
                /** @description from this moment on; a day before `to` when absent */
                from?: string;
                /** @description until this moment; now when absent */
                to?: string;
                /** @description how long points are, in UTC; by the span when absent */
                bucket?: "hour" | "day" | "week";
                /** @description only at this camera or till */
                camera?: string;
                /** @description only of this branch */
                branch?: string;
                /** @description `csv` for a table, as `Accept: text/csv` */
                format?: "json" | "csv";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description From the look to the money, over time */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnalyticsLatency"];
                    "text/csv": string;
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "bucket_unknown" | "format_unknown" | "query_invalid" | "time_invalid" | "window_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_analytics_payments: {
        parameters: {
            query?: {
                /** @description from this moment on; a day before `to` when absent */
                from?: string;
                /** @description until this moment; now when absent */
                to?: string;
                /** @description how long points are, in UTC; by the span when absent */
                bucket?: "hour" | "day" | "week";
                /** @description only at this camera or till */
                camera?: string;
                /** @description only of this branch */
                branch?: string;
                /** @description `csv` for a table, as `Accept: text/csv` */
                format?: "json" | "csv";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Payments and money over time */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnalyticsPayments"];
                    "text/csv": string;
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "bucket_unknown" | "format_unknown" | "query_invalid" | "time_invalid" | "window_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_analytics_quality: {
        parameters: {
            query?: {
                /** @description from this moment on; a day before `to` when absent */
                from?: string;
                /** @description until this moment; now when absent */
                to?: string;
                /** @description how long points are, in UTC; by the span when absent */
                bucket?: "hour" | "day" | "week";
                /** @description only at this camera or till */
                camera?: string;
                /** @description only of this branch */
                branch?: string;
                /** @description `csv` for a table, as `Accept: text/csv` */
                format?: "json" | "csv";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How good looks are, and what drifts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnalyticsQuality"];
                    "text/csv": string;
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "bucket_unknown" | "format_unknown" | "query_invalid" | "time_invalid" | "window_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_analytics_summary: {
        parameters: {
            query?: {
                /** @description from this moment on; a day before `to` when absent */
                from?: string;
                /** @description until this moment; now when absent */
                to?: string;
                /** @description how long points are, in UTC; by the span when absent */
                bucket?: "hour" | "day" | "week";
                /** @description only at this camera or till */
                camera?: string;
                /** @description only of this branch */
                branch?: string;
                /** @description `csv` for a table, as `Accept: text/csv` */
                format?: "json" | "csv";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Payments and looks at a glance */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnalyticsSummary"];
                    "text/csv": string;
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "bucket_unknown" | "format_unknown" | "query_invalid" | "time_invalid" | "window_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_approvals: {
        parameters: {
            query?: {
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What waits, or waited, for a second person, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfApproval"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cursor_invalid" | "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_approvals_id_approve: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description A second person's yes: does what was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "approval_not_found" | "not_found" | "user_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "approval_decided" | "approval_expired" | "approval_needed" | "conflict" | "evidence_expired" | "evidence_mismatch" | "evidence_used" | "idempotency_in_flight" | "model_change_not_ready" | "model_change_order" | "not_in_review" | "nothing_to_refund" | "outcome_unknown" | "plugin_disabled" | "plugin_refused" | "provider_declined" | "recogniser_not_offered" | "same_person";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "idempotency_key_reused" | "insufficient_funds" | "json_data" | "limit_exceeded";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "payments_off" | "provider_not_asked" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_approvals_id_reject: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description A second person's no */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "approval_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "approval_decided" | "approval_expired" | "conflict" | "idempotency_in_flight" | "outcome_unknown" | "same_person";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            422: components["responses"]["Refusal422"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_assets_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A file of the console */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/javascript": string;
                    "text/css": string;
                    "font/woff2": string;
                    "image/svg+xml": string;
                    "image/png": string;
                };
            };
            /** @description What you have is what there is. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refusal400"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
        };
    };
    get_asyncapi_yaml: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The WebSockets as AsyncAPI 3.0 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/yaml": Record<string, never>;
                };
            };
            429: components["responses"]["Refusal429"];
        };
    };
    get_audit: {
        parameters: {
            query?: {
                /** @description from which end; a cursor is for one order */
                order?: "oldest" | "newest";
                /** @description only what they did */
                actor?: string;
                /** @description only this act; with a `.` at its end all that begin so */
                action?: string;
                /** @description only what is about this */
                subject?: string;
                /** @description only from this moment on */
                from?: string;
                /** @description only before this moment */
                to?: string;
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The audit chain, oldest first where nothing else is asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfAuditEntry"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cursor_invalid" | "order_unknown" | "query_invalid" | "time_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_audit_checkpoints: {
        parameters: {
            query?: {
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed checkpoints, oldest first, and the appliance's public key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkpoints"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cursor_invalid" | "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_audit_checkpoints: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description Sign a checkpoint now; answers the newest */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkpoint"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "checkpoint_not_found";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "json_data";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_audit_export: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All records and checkpoints as JSON lines, to be verified elsewhere */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "audit_busy";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_audit_proof: {
        parameters: {
            query: {
                /** @description the record's place */
                seq: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The proof of one record under the newest checkpoint */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proof"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "audit_record_not_found" | "checkpoint_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_audit_verify: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far a walk is, and what the last one found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditStanding"];
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_audit_verify: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description Walk through all records and checkpoints now and say whether they are whole; 202 while it goes on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditVerification"];
                };
            };
            /** @description Walk through all records and checkpoints now and say whether they are whole; 202 while it goes on */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditWalk"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "audit_busy" | "conflict";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "json_data";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_cameras: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All cameras and how they do; for a key of one camera that one */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfCamera"];
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
        };
    };
    post_cameras: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCamera"];
            };
        };
        responses: {
            /** @description Add a camera */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Camera"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_exists" | "cameras_full" | "conflict";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_config_invalid" | "camera_id_invalid" | "camera_id_reserved" | "json_data" | "name_invalid" | "source_address_refused" | "source_host_unresolved" | "source_malformed" | "source_path_refused" | "source_scheme_unsupported";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_cameras_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One camera */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Camera"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
        };
    };
    delete_cameras_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Remove a camera */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    patch_cameras_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CameraChange"];
            };
        };
        responses: {
            /** @description Change a camera */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Camera"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_exists" | "cameras_full" | "conflict";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_config_invalid" | "json_data" | "name_invalid" | "source_address_refused" | "source_host_unresolved" | "source_malformed" | "source_path_refused" | "source_scheme_unsupported";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_cameras_id_accept: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Take the device and the view that are there for a replaced or moved camera's own */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Camera"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_replaced" | "conflict";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_cameras_id_enrolment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How the enrolment before this camera goes on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentProgress"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found" | "enrolment_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_cameras_id_health: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it does */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CameraHealth"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
        };
    };
    get_cameras_id_health_history: {
        parameters: {
            query?: {
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it did: changes of its state, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfCameraStateChange"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cursor_invalid" | "path_invalid" | "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_cameras_id_snapshot: {
        parameters: {
            query?: {
                /** @description so many pixels wide at most: 640 when absent or more, less than 16 counts as 16 */
                width?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its newest picture with overlay */
            200: {
                headers: {
                    /** @description when it was captured, by the appliance's clock, to the second */
                    "Last-Modified"?: string;
                    /** @description how old it was when it was answered, in milliseconds */
                    "X-Frame-Age-Ms"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": string;
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "path_invalid" | "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "camera_no_picture" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
        };
    };
    get_cameras_id_stream: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its pictures with overlay, as MJPEG */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "multipart/x-mixed-replace; boundary=facepayframe": string;
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
        };
    };
    post_cameras_id_whep: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/sdp": string;
            };
        };
        responses: {
            /** @description Look at a camera by WebRTC (WHEP) */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/sdp": string;
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_busy" | "conflict" | "webrtc_no_address";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_push" | "sdp_codec_unsupported" | "sdp_direction_invalid" | "sdp_invalid" | "sdp_without_video";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off" | "webrtc_full" | "webrtc_off" | "webrtc_stopped";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_cameras_id_whip: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/sdp": string;
            };
        };
        responses: {
            /** @description Deliver the pictures of a push: camera by WebRTC (WHIP) */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/sdp": string;
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_busy" | "conflict" | "webrtc_no_address";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_push" | "sdp_codec_unsupported" | "sdp_direction_invalid" | "sdp_invalid" | "sdp_without_video";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off" | "webrtc_full" | "webrtc_off" | "webrtc_stopped";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_checkouts: {
        parameters: {
            query?: {
                /** @description only those at this camera */
                camera?: string;
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Checkouts, newest first; for a key of one camera those at it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfCheckout"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cursor_invalid" | "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_checkouts: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCheckout"];
            };
        };
        responses: {
            /** @description Open a payment at a camera, by one person or several */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkout"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "checkout_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "idempotency_in_flight" | "outcome_unknown";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "amount_not_positive" | "amount_not_whole" | "amount_too_large" | "camera_id_invalid" | "camera_unknown" | "currency_unknown" | "deadline_invalid" | "idempotency_key_reused" | "json_data" | "policy_unknown" | "provider_unknown" | "reference_invalid" | "split_invalid" | "split_missing";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "checkouts_full" | "database_unavailable";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_checkouts_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One checkout */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkout"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "checkout_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_checkouts_id_cancel: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description Give a checkout up */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkout"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "checkout_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "idempotency_in_flight" | "outcome_unknown";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            422: components["responses"]["Refusal422"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_checkouts_id_confirm: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description The payer's yes: pays */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkout"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "checkout_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "approval_needed" | "challenge_missing" | "checkout_of_group" | "conflict" | "evidence_expired" | "evidence_mismatch" | "evidence_used" | "expired" | "idempotency_in_flight" | "outcome_unknown" | "provider_declined";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "idempotency_key_reused" | "insufficient_funds" | "json_data" | "limit_exceeded";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "payments_off" | "provider_not_asked";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_checkouts_id_legs_n_cancel: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
                n: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description One payer's no */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkout"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "checkout_not_found" | "leg_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "idempotency_in_flight" | "outcome_unknown";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            422: components["responses"]["Refusal422"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_checkouts_id_legs_n_confirm: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
                n: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description One payer's yes; the last one's pays */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkout"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "checkout_not_found" | "leg_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "approval_needed" | "conflict" | "evidence_expired" | "evidence_mismatch" | "evidence_used" | "expired" | "idempotency_in_flight" | "outcome_unknown" | "provider_declined";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "idempotency_key_reused" | "insufficient_funds" | "json_data" | "limit_exceeded";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "payments_off" | "provider_not_asked";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_checkouts_id_legs_n_payer: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
                n: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NamedPayer"];
            };
        };
        responses: {
            /** @description Say whose face pays this part */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkout"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "checkout_not_found" | "leg_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "idempotency_in_flight" | "outcome_unknown" | "payer_known";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            422: components["responses"]["Refusal422"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_checkouts_id_payer: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NamedPayer"];
            };
        };
        responses: {
            /** @description Say whose face pays, of several in view */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkout"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "checkout_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "checkout_of_group" | "conflict" | "idempotency_in_flight" | "outcome_unknown" | "payer_known";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            422: components["responses"]["Refusal422"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_checkouts_id_step_up: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["StepUp"];
            };
        };
        responses: {
            /** @description A further factor: the payer's PIN */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkout"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "checkout_not_found" | "identity_check_not_found" | "user_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "checkout_of_group" | "conflict" | "evidence_used" | "idempotency_in_flight" | "identity_not_payer" | "identity_not_taken" | "identity_not_verified" | "identity_other_purpose" | "identity_too_low" | "identity_too_old" | "outcome_unknown" | "pin_missing" | "pin_required";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "factor_missing" | "idempotency_key_reused" | "json_data" | "pin_invalid" | "pin_wrong";
                    };
                };
            };
            /** @description Too many attempts; wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "pin_busy" | "pin_locked" | "rate_limited";
                    };
                };
            };
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "password_hashing";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_consent_texts: {
        parameters: {
            query?: {
                /** @description only those in this language */
                language?: string;
                /** @description only those of this version */
                version?: string;
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Texts that people agree to, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfConsentText"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cursor_invalid" | "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_consent_texts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewConsentText"];
            };
        };
        responses: {
            /** @description Keep a text; it is never changed */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsentText"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            409: components["responses"]["Refusal409"];
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "consent_field_invalid" | "consent_text_invalid" | "json_data";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_console: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The console, for people */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description What you have is what there is. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["Refusal429"];
        };
    };
    get_console_screen: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                screen: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The console, for people */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description What you have is what there is. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refusal400"];
            429: components["responses"]["Refusal429"];
        };
    };
    get_docs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This interface, to read and try */
            308: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["Refusal429"];
        };
    };
    get_docs_index: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This interface, to read and try */
            308: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["Refusal429"];
        };
    };
    get_docs_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Files of the interface's page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                    "text/css": string;
                    "text/javascript": string;
                    "image/png": string;
                    "application/json": Record<string, never>;
                };
            };
            400: components["responses"]["Refusal400"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
        };
    };
    get_enrolments: {
        parameters: {
            query?: {
                /** @description only those in this state */
                state?: "review" | "approved" | "rejected" | "expired";
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Enrolments of faces that are enrolled for somebody else, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfEnrolmentReview"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cursor_invalid" | "query_invalid" | "state_unknown";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_enrolments_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One of them, with whom it looks like */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentReview"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "enrolment_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_enrolments_id_approve: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description Another person's yes: they are two people; enrols the face */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentReview"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "enrolment_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "approval_decided" | "approval_expired" | "conflict" | "face_differs" | "face_duplicate" | "faces_full" | "idempotency_in_flight" | "kept_at_centre" | "outcome_unknown" | "recogniser_changed" | "same_person";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "consent_missing" | "idempotency_key_reused" | "json_data";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "faces_changed" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_enrolments_id_reject: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description Another person's no: nothing is left of the face */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentReview"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "enrolment_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "approval_decided" | "approval_expired" | "conflict" | "idempotency_in_flight" | "kept_at_centre" | "outcome_unknown" | "same_person";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            422: components["responses"]["Refusal422"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_face_payment: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ByLink"];
            };
        };
        responses: {
            /** @description Switch payment by face on, by the own link and its code */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FacePayment"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "not_found" | "user_not_found";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "code_wrong" | "consent_missing" | "json_data";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "database_unavailable";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Status and features */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "database_unavailable";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
        };
    };
    get_icons_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A file of the console */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/png": string;
                    "image/svg+xml": string;
                };
            };
            /** @description What you have is what there is. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refusal400"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
        };
    };
    post_identify: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Pictures"];
                "image/jpeg": string;
                "image/png": string;
                "multipart/form-data": {
                    image: string[];
                };
            };
        };
        responses: {
            /** @description Who is this? (1:N) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Identification"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax" | "multipart_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_too_large" | "multipart_invalid";
                    };
                };
            };
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "base64_invalid" | "face_not_live" | "face_quality" | "json_data" | "multipart_field_unknown" | "no_face" | "not_a_picture" | "picture_empty" | "picture_missing" | "picture_too_large" | "picture_truncated" | "picture_unsupported" | "pictures_ambiguous" | "pictures_too_many" | "several_faces";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "analysis_failed" | "cache_unavailable" | "camera_no_picture" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_identity_checks_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One identity check */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IdentityCheck"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "identity_check_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_identity_checks_id_sync: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ask the provider what became of an open check */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IdentityCheck"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "identity_check_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "not_offered";
                    };
                };
            };
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "provider_unknown";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_index_html: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The console, for people */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description What you have is what there is. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["Refusal429"];
        };
    };
    get_keys: {
        parameters: {
            query?: {
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All API keys, without their secrets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfKey"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cursor_invalid" | "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewKey"];
            };
        };
        responses: {
            /** @description Make an API key */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MintedKey"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            409: components["responses"]["Refusal409"];
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_id_invalid" | "certificate_needed" | "certificate_sha256_invalid" | "expires_at_past" | "json_data" | "name_invalid" | "role_unknown" | "scope_unknown" | "time_invalid";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_keys_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key that asks, and what it may do */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnKey"];
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "key_only";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    delete_keys_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoke an API key at once */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "key_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "key_in_use";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_kiosk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The console, for people */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description What you have is what there is. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["Refusal429"];
        };
    };
    get_livez: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description 200 while the process answers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            429: components["responses"]["Refusal429"];
        };
    };
    get_look_alikes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Groups of people who look alike; none of them pays by a face alone */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfLookAlikeGroup"];
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_manifest_webmanifest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A file of the console */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/manifest+json": Record<string, never>;
                };
            };
            /** @description What you have is what there is. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["Refusal429"];
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The console, for people */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description What you have is what there is. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["Refusal429"];
        };
    };
    get_me_webmanifest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A file of the console */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/manifest+json": Record<string, never>;
                };
            };
            /** @description What you have is what there is. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["Refusal429"];
        };
    };
    get_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Metrics for Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openmetrics-text": string;
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_model_change: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Which recogniser does what, and what a candidate still lacks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelChange"];
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
        };
    };
    post_model_change_cut_over: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The candidate takes over, if nothing is missing */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelChange"];
                };
            };
            /** @description The candidate takes over, if nothing is missing */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "model_change_not_ready" | "model_change_order" | "recogniser_not_offered";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_model_change_roll_back: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The recogniser before is in force again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelChange"];
                };
            };
            /** @description The recogniser before is in force again */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "model_change_order" | "recogniser_not_offered";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_model_change_settle: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ends the change; templates of the other recogniser are deleted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelChange"];
                };
            };
            /** @description Ends the change; templates of the other recogniser are deleted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "model_change_order" | "recogniser_not_offered";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_model_change_start: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Runs the recogniser of plugins.recognition_shadow beside */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelChange"];
                };
            };
            /** @description Runs the recogniser of plugins.recognition_shadow beside */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "model_change_order" | "recogniser_not_offered";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_openapi_json: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This interface as OpenAPI 3.1 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            429: components["responses"]["Refusal429"];
        };
    };
    get_operations: {
        parameters: {
            query?: {
                /** @description only those in this state */
                state?: "prepared" | "submitting" | "approved" | "declined" | "not_sent" | "pending" | "unknown" | "syncing" | "reversing" | "reversed" | "manual_review";
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Requests to payment providers, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfOperation"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cursor_invalid" | "query_invalid" | "state_unknown";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_operations_id_resolve: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewResolution"];
            };
        };
        responses: {
            /** @description Say what became of a request in manual review; a second person confirms it */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "operation_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "idempotency_in_flight" | "not_in_review" | "outcome_unknown";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "idempotency_key_reused" | "json_data" | "outcome_unknown" | "reason_invalid";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_operators: {
        parameters: {
            query?: {
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All members of staff */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfOperator"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cursor_invalid" | "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_operators: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOperator"];
            };
        };
        responses: {
            /** @description Add a member of staff */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operator"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            409: components["responses"]["Refusal409"];
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "json_data" | "name_invalid" | "password_weak" | "role_unknown";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "password_hashing";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_operators_login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Login"];
            };
        };
        responses: {
            /** @description Sign in; gives a session that ends */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            /** @description No valid key or session. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "code_required" | "login_refused";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "json_data";
                    };
                };
            };
            /** @description Too many attempts; wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "login_busy" | "login_locked" | "rate_limited";
                    };
                };
            };
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "password_hashing";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_operators_logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description End this session */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cross_site" | "staff_only";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_operators_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who is signed in, and what they may do */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "staff_only";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_operators_me_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPassword"];
            };
        };
        responses: {
            /** @description Change the own password; all own sessions end */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cross_site" | "password_wrong" | "staff_only";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "json_data" | "password_weak";
                    };
                };
            };
            /** @description Too many attempts; wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "login_busy" | "login_locked" | "rate_limited";
                    };
                };
            };
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "password_hashing";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_operators_me_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordAgain"];
            };
        };
        responses: {
            /** @description Ask for a secret for one-time codes */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TotpSecret"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cross_site" | "password_wrong" | "staff_only";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "json_data";
                    };
                };
            };
            /** @description Too many attempts; wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "login_busy" | "login_locked" | "rate_limited";
                    };
                };
            };
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "password_hashing";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_operators_me_totp_confirm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Code"];
            };
        };
        responses: {
            /** @description Sign in with one-time codes from now on */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cross_site" | "staff_only";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "code_wrong" | "json_data";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_operators_oidc: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sign in through the house's identity provider */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No valid key or session. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "oidc_refused";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "oidc_unavailable";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
        };
    };
    get_operators_oidc_callback: {
        parameters: {
            query?: {
                /** @description as it was sent along */
                state?: string;
                /** @description what is exchanged for who it is */
                code?: string;
                /** @description why there is no code */
                error?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Where the identity provider sends browsers back to */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "query_invalid";
                    };
                };
            };
            /** @description No valid key or session. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "oidc_gone" | "oidc_refused";
                    };
                };
            };
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "oidc_unknown";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "oidc_unavailable";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
        };
    };
    delete_operators_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Shut an account; its sessions end at once */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "operator_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "operator_in_use";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    delete_operators_id_totp: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Forget the device of somebody who has lost it */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "operator_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "operator_in_use";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_payer: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it stands with the person whose device asks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnStanding"];
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "payer_only";
                    };
                };
            };
            404: components["responses"]["Refusal404"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_payer_consents: {
        parameters: {
            query?: {
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The own consents with their texts, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfOwnConsent"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cursor_invalid" | "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "payer_only";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    delete_payer_consents_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Withdraw an own consent; its faces are gone at once */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cross_site" | "payer_only";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "consent_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "kept_at_centre";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_payer_devices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The own devices that are signed in, the newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PayerDevices"];
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "payer_only";
                    };
                };
            };
            404: components["responses"]["Refusal404"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_payer_devices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPayerDevice"];
            };
        };
        responses: {
            /** @description Sign an own device in, by the own link and its code */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenedPayerDevice"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "not_found" | "user_not_found";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "code_wrong" | "json_data" | "name_invalid";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "database_unavailable";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    delete_payer_devices_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sign an own device out; the one that asks, too */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cross_site" | "payer_only";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "device_not_found";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_payer_erasure: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ByOwnPin"];
            };
        };
        responses: {
            /** @description Be erased, key and all; gives a signed certificate */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureCertificate"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cross_site" | "payer_only";
                    };
                };
            };
            404: components["responses"]["Refusal404"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "kept_at_centre" | "pin_missing" | "pin_required";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "json_data" | "pin_invalid" | "pin_wrong";
                    };
                };
            };
            /** @description Too many attempts; wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "pin_busy" | "pin_locked" | "rate_limited";
                    };
                };
            };
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "password_hashing";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_payer_face_payment: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ByOwnPin"];
            };
        };
        responses: {
            /** @description Switch the own payment by face on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FacePayment"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cross_site" | "payer_only";
                    };
                };
            };
            404: components["responses"]["Refusal404"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "kept_at_centre" | "pin_missing" | "pin_required";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "json_data" | "pin_invalid" | "pin_wrong";
                    };
                };
            };
            /** @description Too many attempts; wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "pin_busy" | "pin_locked" | "rate_limited";
                    };
                };
            };
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "password_hashing";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    delete_payer_face_payment: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Switch the own payment by face off, at once */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cross_site" | "payer_only";
                    };
                };
            };
            404: components["responses"]["Refusal404"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "kept_at_centre";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_payer_receipts: {
        parameters: {
            query?: {
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The own receipts, the newest payment first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfReceipt"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cursor_invalid" | "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "payer_only";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_payer_receipts_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The receipt of one own payment, signed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "payer_only";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "transaction_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "receipt_not_ready";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_plugins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Plugins at work */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfPlugin"];
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_plugins_id_disable: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Disable"];
            };
        };
        responses: {
            /** @description Take it out of use until it is enabled */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfPlugin"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "plugin_disabled" | "plugin_refused";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "json_data" | "reason_invalid";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_plugins_id_enable: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Load it anew where it is disabled or out of use */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfPlugin"];
                };
            };
            /** @description Load it anew where it is disabled or out of use */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "plugin_disabled" | "plugin_refused";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_plugins_id_reload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Load it anew, with its settings as they are now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfPlugin"];
                };
            };
            /** @description Load it anew, with its settings as they are now */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "plugin_disabled" | "plugin_refused";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_plugins_id_rollback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Have the version before of its package in force again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfPlugin"];
                };
            };
            /** @description Have the version before of its package in force again */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "plugin_disabled" | "plugin_refused";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_plugins_id_settings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its settings in force, without secrets, and the JSON Schema of what they may be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PluginSettings"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_plugins_id_settings_check: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettingsProposal"];
            };
        };
        responses: {
            /** @description Try a change of its settings: whether it goes to work with it, and what would be different */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PluginSettingsCheck"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "not_found";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "json_data" | "settings_not_told";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_readyz: {
        parameters: {
            query?: {
                /** @description with the checks and the device really used */
                verbose?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description 200 when payments can be taken, 503 when not */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "query_invalid";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description 200 when payments can be taken, 503 when not */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            504: components["responses"]["Refusal504"];
        };
    };
    get_receipts_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The receipt of a payment, signed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "transaction_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "receipt_not_ready";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_reports_settlement: {
        parameters: {
            query?: {
                /** @description the business day; today's when absent */
                date?: string;
                /** @description `json` when absent */
                format?: "json" | "csv";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A business day of all providers, closed or open */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettlementReport"];
                    "text/csv": string;
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "format_unknown" | "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "clock_wrong";
                    };
                };
            };
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "date_invalid";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the appliance goes by, without secrets, and where each key comes from */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettingsInForce"];
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_settings_check: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettingsProposal"];
            };
        };
        responses: {
            /** @description Try a change of keys: whether the appliance would start with it, and what would be different */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettingsCheck"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            409: components["responses"]["Refusal409"];
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "json_data" | "settings_not_told";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_settings_schema: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A JSON Schema of every key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable";
                    };
                };
            };
        };
    };
    get_settlements: {
        parameters: {
            query?: {
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Closed business days, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfSettlement"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cursor_invalid" | "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_settlements: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSettlement"];
            };
        };
        responses: {
            /** @description Close a provider's business day: what is in it is fixed then */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settlement"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "clock_wrong" | "conflict" | "idempotency_in_flight" | "outcome_unknown";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "date_invalid" | "idempotency_key_reused" | "json_data" | "provider_missing" | "provider_unknown";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_settlements_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One closed day */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settlement"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "settlement_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_settlements_id_export: {
        parameters: {
            query?: {
                /** @description `csv` when absent */
                format?: "csv" | "camt053";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The statement of a closed day: CSV, or ISO 20022 camt.053 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                    "application/xml": string;
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "format_unknown" | "path_invalid" | "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "settlement_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "settlement_empty";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_settlements_id_file: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            /** @description Compare the provider's file with a closed day */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settlement"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "idempotency_key_invalid" | "idempotency_key_missing" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "settlement_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "idempotency_in_flight" | "outcome_unknown";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_not_text" | "idempotency_key_reused" | "settlement_file_invalid" | "settlement_file_refused";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "settlement_file_unread";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_settlements_id_lines: {
        parameters: {
            query?: {
                /** @description only those in this class */
                match?: "matched" | "missing_ours" | "missing_theirs" | "amount_diff" | "duplicate_theirs";
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The compared lines of a closed day, in order */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfSettlementLine"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cursor_invalid" | "match_unknown" | "path_invalid" | "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "settlement_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_settlements_id_lines_n_resolve: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
                n: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewBreakResolution"];
            };
        };
        responses: {
            /** @description Say what became of a break */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettlementLine"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "settlement_line_not_found" | "settlement_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "idempotency_in_flight" | "outcome_unknown";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "idempotency_key_reused" | "json_data" | "reason_invalid";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_setup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetupRequest"];
            };
        };
        responses: {
            /** @description Mint the first admin key with the one-time code */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MintedKey"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "setup_code_wrong";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "setup_closed";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "json_data" | "name_invalid";
                    };
                };
            };
            /** @description Too many attempts; wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "rate_limited" | "setup_locked";
                    };
                };
            };
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "database_unavailable";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_snapshots: {
        parameters: {
            query: {
                /** @description their ids, a comma between two */
                cameras: string;
                /** @description so many pixels wide at most: 640 when absent or more, less than 16 counts as 16 */
                width?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest pictures of several cameras with overlay, each a part that `Content-Location` names; cameras that have none are left out */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "multipart/mixed; boundary=facepaysnapshot": string;
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
        };
    };
    get_sw_js: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A file of the console */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/javascript": string;
                };
            };
            /** @description What you have is what there is. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["Refusal429"];
        };
    };
    get_sync: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How this appliance stands with the centre that it follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Following"];
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_sync_changes: {
        parameters: {
            query?: {
                /** @description the last change that was copied */
                after?: number;
                /** @description how many at most; 200 */
                limit?: number;
                /** @description for how long to wait for a change; 5 at most */
                wait_s?: number;
                /** @description only those whom a look-up named to this follower; everybody when absent */
                visitors?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who changed after a place in the feed, and what they are like now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Feed"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_sync_followers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The appliances that follow this one */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Followers"];
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_sync_look_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Asked"];
            };
        };
        responses: {
            /** @description Ask who a face may be that this follower does not know; it lets nobody pay */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Candidates"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "recogniser_other";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "json_data" | "template_invalid";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "look_up_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_sync_pins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TriedPin"];
            };
        };
        responses: {
            /** @description Try a PIN; tries are counted here, wherever they are made */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "identity_check_not_found" | "user_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "evidence_used" | "identity_not_payer" | "identity_not_taken" | "identity_not_verified" | "identity_other_purpose" | "identity_too_low" | "identity_too_old" | "pin_missing" | "pin_required";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "factor_missing" | "json_data" | "pin_invalid" | "pin_wrong";
                    };
                };
            };
            /** @description Too many attempts; wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "pin_busy" | "pin_locked" | "rate_limited";
                    };
                };
            };
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "password_hashing";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_sync_receipts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Receipts"];
            };
        };
        responses: {
            /** @description Hand over receipts that this follower signed; each counts once */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Taken"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            409: components["responses"]["Refusal409"];
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "base64_invalid" | "json_data" | "receipts_too_many";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_system: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What runs, on what, with how much room left */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["System"];
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_system_backups: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The backups that lie in the folder, the newest first, and whether one is being made */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backups"];
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "backups_unreadable" | "cache_unavailable" | "database_unavailable";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
        };
    };
    post_system_backups: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description Make a backup now; 202 where it takes longer than the request may */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backup"];
                };
            };
            /** @description Make a backup now; 202 where it takes longer than the request may */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BackupMaking"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "backup_busy" | "backup_recipients_missing" | "conflict";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "json_data";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "backup_failed" | "backups_unreadable" | "cache_unavailable" | "database_unavailable";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_system_doctor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What `facepay doctor` finds, asked of the running appliance: what is well, what is not and what mends it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Findings"];
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    get_transactions: {
        parameters: {
            query?: {
                /** @description only this person's */
                user_id?: string;
                /** @description only those in this state */
                state?: "requires_identification" | "requires_step_up" | "requires_confirmation" | "processing" | "authorized" | "captured" | "partially_refunded" | "refunded" | "voided" | "declined" | "cancelled" | "expired" | "in_doubt";
                /** @description only those of this payment plugin */
                provider?: string;
                /** @description only those at this camera or till */
                camera?: string;
                /** @description only those of this branch */
                branch?: string;
                /** @description only those that the merchant called so */
                reference?: string;
                /** @description only those in this currency (ISO 4217) */
                currency?: string;
                /** @description only those of so many minor units or more */
                amount_min?: number;
                /** @description only those of so many minor units or less */
                amount_max?: number;
                /** @description only from this moment on */
                from?: string;
                /** @description only before this moment */
                to?: string;
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Payments, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfTransaction"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "currency_unknown" | "cursor_invalid" | "query_invalid" | "state_unknown" | "time_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found" | "user_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_transactions: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTransaction"];
            };
        };
        responses: {
            /** @description Open a payment by a person who proves their face */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found" | "user_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "idempotency_in_flight" | "outcome_unknown";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "amount_not_positive" | "amount_not_whole" | "amount_too_large" | "base64_invalid" | "camera_required" | "currency_unknown" | "face_not_live" | "face_quality" | "idempotency_key_reused" | "identification_required" | "json_data" | "limit_exceeded" | "no_face" | "not_a_picture" | "not_enrolled" | "picture_empty" | "picture_too_large" | "picture_truncated" | "picture_unsupported" | "pictures_ambiguous" | "provider_unknown" | "reference_invalid" | "several_faces" | "terminal_invalid";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "analysis_failed" | "cache_unavailable" | "camera_no_picture" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_transactions_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One payment */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "transaction_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_transactions_id_capture: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NewCapture"];
            };
        };
        responses: {
            /** @description Take what was set aside, or a part of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
            /** @description Take what was set aside, or a part of it */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "transaction_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "approval_needed" | "conflict" | "evidence_expired" | "evidence_mismatch" | "evidence_used" | "idempotency_in_flight" | "leg_of_group" | "outcome_unknown" | "provider_declined";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "amount_not_positive" | "amount_not_whole" | "amount_too_large" | "currency_unknown" | "idempotency_key_reused" | "insufficient_funds" | "json_data" | "limit_exceeded" | "partial_capture_unsupported" | "wrong_currency";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "payments_off" | "provider_not_asked";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_transactions_id_confirm: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Confirmation"];
            };
        };
        responses: {
            /** @description The payer's yes: pays */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "transaction_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "approval_needed" | "challenge_missing" | "conflict" | "evidence_expired" | "evidence_mismatch" | "evidence_used" | "expired" | "idempotency_in_flight" | "leg_of_group" | "outcome_unknown" | "provider_declined";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "idempotency_key_reused" | "insufficient_funds" | "json_data" | "limit_exceeded";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "payments_off" | "provider_not_asked";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_transactions_id_history: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What became of one payment, step by step, and by whom */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TransactionHistory"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "transaction_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_transactions_id_refunds: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NewRefund"];
            };
        };
        responses: {
            /** @description Give money back, all or a part */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
            /** @description Give money back, all or a part */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"] | components["schemas"]["Approval"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "transaction_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "approval_needed" | "conflict" | "evidence_expired" | "evidence_mismatch" | "evidence_used" | "idempotency_in_flight" | "leg_of_group" | "nothing_to_refund" | "outcome_unknown" | "provider_declined";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "amount_not_positive" | "amount_not_whole" | "amount_too_large" | "currency_unknown" | "idempotency_key_reused" | "insufficient_funds" | "json_data" | "limit_exceeded" | "wrong_currency";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "payments_off" | "provider_not_asked";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_transactions_id_step_up: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["StepUp"];
            };
        };
        responses: {
            /** @description A further factor: the payer's PIN, or staff's word */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "identity_check_not_found" | "transaction_not_found" | "user_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "evidence_used" | "idempotency_in_flight" | "identity_not_payer" | "identity_not_taken" | "identity_not_verified" | "identity_other_purpose" | "identity_too_low" | "identity_too_old" | "outcome_unknown" | "pin_missing" | "pin_required";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "factor_missing" | "idempotency_key_reused" | "json_data" | "pin_invalid" | "pin_wrong";
                    };
                };
            };
            /** @description Too many attempts; wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "pin_busy" | "pin_locked" | "rate_limited";
                    };
                };
            };
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "password_hashing";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_transactions_id_sync: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description Ask the provider what became of a payment in doubt */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "transaction_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "idempotency_in_flight" | "outcome_unknown";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            422: components["responses"]["Refusal422"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_transactions_id_void: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description Give free what was set aside, or cancel */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
            /** @description Give free what was set aside, or cancel */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "transaction_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "approval_needed" | "conflict" | "evidence_expired" | "evidence_mismatch" | "evidence_used" | "idempotency_in_flight" | "leg_of_group" | "outcome_unknown" | "provider_declined";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "idempotency_key_reused" | "insufficient_funds" | "json_data" | "limit_exceeded";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "payments_off" | "provider_not_asked";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_users: {
        parameters: {
            query?: {
                /** @description only whose name has words that begin so, whose e-mail address begins so, or whose id it is */
                q?: string;
                /** @description only those of this status */
                status?: "active" | "blocked";
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description People, in the order in which they were added */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfUser"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cursor_invalid" | "q_invalid" | "query_invalid" | "status_unknown";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "search_full";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
        };
    };
    post_users: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description Add a person who can pay */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "kept_at_centre";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "email_invalid" | "json_data" | "name_invalid";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_users_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One person with their wallet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            404: components["responses"]["Refusal404"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    delete_users_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Erase a person and destroy their key; gives a signed certificate */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureCertificate"];
                };
            };
            /** @description Erase a person and destroy their key; gives a signed certificate */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            404: components["responses"]["Refusal404"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "kept_at_centre";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    patch_users_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserChange"];
            };
        };
        responses: {
            /** @description Change a person */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            404: components["responses"]["Refusal404"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "kept_at_centre";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "email_invalid" | "json_data" | "name_invalid" | "status_unknown";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_users_id_consents: {
        parameters: {
            query?: {
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A person's consents, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfConsent"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cursor_invalid" | "path_invalid" | "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            404: components["responses"]["Refusal404"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_users_id_consents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewConsent"];
            };
        };
        responses: {
            /** @description Record a consent */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Consent"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            404: components["responses"]["Refusal404"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "kept_at_centre";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "consent_expired" | "consent_field_invalid" | "consent_text_invalid" | "json_data" | "time_invalid";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    delete_users_id_consents_cid: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                cid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Withdraw a consent; its faces are gone at once */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "consent_not_found" | "user_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "kept_at_centre";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_users_id_credits: {
        parameters: {
            query?: never;
            header: {
                /** @description Same key and same body: the first answer again. 1 to 255 visible characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCredit"];
            };
        };
        responses: {
            /** @description Put money into a person's wallet */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Credit"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "idempotency_key_invalid" | "idempotency_key_missing" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            404: components["responses"]["Refusal404"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "idempotency_in_flight" | "outcome_unknown";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "amount_not_positive" | "amount_not_whole" | "amount_too_large" | "currency_unknown" | "idempotency_key_reused" | "json_data" | "limit_exceeded";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_users_id_devices: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The devices that a person is signed in on, the newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PayerDevices"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            404: components["responses"]["Refusal404"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    delete_users_id_devices: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sign all devices of a person out, at once */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            404: components["responses"]["Refusal404"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "kept_at_centre";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_users_id_face_payment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether a person may pay by face */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FacePayment"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            404: components["responses"]["Refusal404"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_users_id_face_payment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ByPin"];
            };
        };
        responses: {
            /** @description Switch payment by face on, by staff with the person's PIN */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FacePayment"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "cross_site" | "forbidden" | "staff_only";
                    };
                };
            };
            404: components["responses"]["Refusal404"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "kept_at_centre" | "pin_missing";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "consent_missing" | "json_data" | "pin_invalid" | "pin_wrong";
                    };
                };
            };
            /** @description Too many attempts; wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "pin_busy" | "pin_locked" | "rate_limited";
                    };
                };
            };
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "password_hashing";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    delete_users_id_face_payment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Switch payment by face off, at once */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            404: components["responses"]["Refusal404"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "kept_at_centre";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_users_id_face_payment_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A link and a code by which the person switches it on */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Link"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            404: components["responses"]["Refusal404"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "kept_at_centre";
                    };
                };
            };
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "consent_missing";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_users_id_faces: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A person's enrolled faces */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfFace"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            404: components["responses"]["Refusal404"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_users_id_faces: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Pictures"];
                "image/jpeg": string;
                "image/png": string;
                "multipart/form-data": {
                    image: string[];
                };
            };
        };
        responses: {
            /** @description Enrol a person by several pictures, or before a camera */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Enrolment"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax" | "multipart_invalid" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found" | "user_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "enrolment_running" | "face_differs" | "face_duplicate" | "faces_full" | "kept_at_centre";
                    };
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_too_large" | "multipart_invalid";
                    };
                };
            };
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "base64_invalid" | "consent_missing" | "face_not_live" | "face_quality" | "json_data" | "multipart_field_unknown" | "no_face" | "not_a_picture" | "picture_empty" | "picture_missing" | "picture_too_large" | "picture_truncated" | "picture_unsupported" | "pictures_ambiguous" | "pictures_too_many" | "several_faces";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "analysis_failed" | "cache_unavailable" | "camera_no_picture" | "camera_not_live" | "database_unavailable" | "faces_changed" | "recogniser_changed" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    delete_users_id_faces_fid: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                fid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Remove an enrolled face */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "face_not_found" | "user_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "kept_at_centre";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_users_id_identity_checks: {
        parameters: {
            query?: {
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A person's identity checks, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfIdentityCheck"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cursor_invalid" | "path_invalid" | "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            404: components["responses"]["Refusal404"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_users_id_identity_checks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewIdentityCheck"];
            };
        };
        responses: {
            /** @description Ask an identity provider who a person is */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IdentityCheck"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            404: components["responses"]["Refusal404"];
            409: components["responses"]["Refusal409"];
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "base64_invalid" | "document_too_large" | "identity_claim_unfit" | "json_data" | "provider_unknown";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_users_id_instruments_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A payer's instrument at a provider, without its token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Instrument"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "instrument_not_found" | "user_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    put_users_id_instruments_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                provider: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewInstrument"];
            };
        };
        responses: {
            /** @description Keep a payer's token at a payment provider */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Instrument"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            404: components["responses"]["Refusal404"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "kept_at_centre";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "json_data" | "provider_invalid" | "token_invalid";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    delete_users_id_instruments_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Forget a payer's token */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "instrument_not_found" | "user_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "kept_at_centre";
                    };
                };
            };
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "provider_invalid";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_users_id_look_alikes: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The people who look like this one, the nearest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfLookAlike"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            404: components["responses"]["Refusal404"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    put_users_id_pin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPin"];
            };
        };
        responses: {
            /** @description Give a person a PIN; a lock on the one before is lifted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            404: components["responses"]["Refusal404"];
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "kept_at_centre";
                    };
                };
            };
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "json_data" | "pin_invalid" | "pin_weak";
                    };
                };
            };
            /** @description Too many attempts; wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "pin_busy" | "rate_limited";
                    };
                };
            };
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "password_hashing";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    delete_users_id_pin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Take a person's PIN away */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "pin_not_found" | "user_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "conflict" | "kept_at_centre";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_users_id_verify: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Pictures"];
                "image/jpeg": string;
                "image/png": string;
                "multipart/form-data": {
                    image: string[];
                };
            };
        };
        responses: {
            /** @description Is this that person? (1:1) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Verification"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax" | "multipart_invalid" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found" | "user_not_found";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_too_large" | "multipart_invalid";
                    };
                };
            };
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "base64_invalid" | "face_not_live" | "face_quality" | "json_data" | "multipart_field_unknown" | "no_face" | "not_a_picture" | "not_enrolled" | "picture_empty" | "picture_missing" | "picture_too_large" | "picture_truncated" | "picture_unsupported" | "pictures_ambiguous" | "pictures_too_many" | "several_faces";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "analysis_failed" | "cache_unavailable" | "camera_no_picture" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_webcam_capture: {
        parameters: {
            query?: {
                /** @description the camera's id; the first when absent */
                camera?: string;
                /** @description key or session, for browsers */
                token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One analysed picture of a camera */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Identification"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "face_not_live" | "face_quality" | "no_face" | "several_faces";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "analysis_failed" | "cache_unavailable" | "camera_no_picture" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_webcam_stream: {
        parameters: {
            query?: {
                /** @description the camera's id; the first when absent */
                camera?: string;
                /** @description key or session, for browsers */
                token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A camera's pictures, as MJPEG */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "multipart/x-mixed-replace; boundary=facepayframe": string;
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
        };
    };
    get_webcam_test: {
        parameters: {
            query?: {
                /** @description the source; the camera's own when absent */
                url?: string;
                /** @description the camera's id */
                camera?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Open a source once and report what it delivers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CameraTest"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "query_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            /** @description The state does not allow this now. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_exists" | "cameras_full";
                    };
                };
            };
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_config_invalid" | "damaged" | "not_found" | "offline" | "replaced" | "source_address_refused" | "source_host_unresolved" | "source_malformed" | "source_path_refused" | "source_scheme_unsupported" | "stalled" | "unauthorized" | "unsupported";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
        };
    };
    get_webhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All webhooks, without their secrets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfWebhook"];
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_webhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhook"];
            };
        };
        responses: {
            /** @description Tell an address of what happens from now on */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MintedWebhook"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            409: components["responses"]["Refusal409"];
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "events_invalid" | "json_data" | "webhook_url_refused";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_webhooks_in_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            /** @description A payment provider's message, which it has to prove */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderMessage"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "path_invalid" | "webhook_not_authentic";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "provider_not_found";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            413: components["responses"]["Refusal413"];
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "database_unavailable" | "webhook_not_checked" | "webhooks_busy";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    delete_webhooks_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Remove a webhook with what waits for it */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "webhook_not_found";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_webhooks_id_deliveries: {
        parameters: {
            query?: {
                /** @description only those in this state; all when absent */
                state?: "waiting" | "delivered" | "dead";
                /** @description at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Messages to a webhook and what became of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfDelivery"];
                };
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cursor_invalid" | "path_invalid" | "query_invalid" | "state_unknown";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "webhook_not_found";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
        };
    };
    post_webhooks_id_replay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplayRequest"];
            };
        };
        responses: {
            /** @description Send messages once more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "body_unreadable" | "json_syntax" | "path_invalid";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "webhook_not_found";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            413: components["responses"]["Refusal413"];
            415: components["responses"]["Refusal415"];
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "json_data" | "replay_ambiguous";
                    };
                };
            };
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_webhooks_id_secrets: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sign with a new secret as well */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MintedSecret"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "webhook_not_found";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    delete_webhooks_id_secrets: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sign with the newest secret only */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "webhook_not_found";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    post_webhooks_id_test: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Send a message that tells of nothing, once */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookTest"];
                };
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "webhook_not_found";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            429: components["responses"]["Refusal429"];
            503: components["responses"]["Refusal503"];
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    delete_webrtc_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description End a WebRTC session of one's own */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refusal400"];
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "webrtc_session_not_found";
                    };
                };
            };
            409: components["responses"]["Refusal409"];
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "webrtc_off";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
            507: components["responses"]["Refusal507"];
        };
    };
    get_ws_events: {
        parameters: {
            query?: {
                /** @description the last `seq` that was seen */
                after?: number;
                /** @description only events of this camera */
                camera?: string;
                /** @description key or session, for browsers */
                token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events as they happen (WebSocket); without system.read those of one camera */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "query_invalid" | "upgrade_impossible";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            /** @description The role may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_bound" | "camera_needed" | "cross_site" | "forbidden";
                    };
                };
            };
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            426: components["responses"]["Refusal426"];
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "websockets_full";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
        };
    };
    get_ws_face_recognition: {
        parameters: {
            query?: {
                /** @description a push: camera to feed */
                camera?: string;
                /** @description key or session, for browsers */
                token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A browser as a camera (WebSocket) */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read, or a required header is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "query_invalid" | "upgrade_impossible";
                    };
                };
            };
            401: components["responses"]["Refusal401"];
            403: components["responses"]["Refusal403"];
            /** @description There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_found";
                    };
                };
            };
            /** @description The content breaks a rule; `code` and `reasons` say which. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "camera_not_push";
                    };
                };
            };
            426: components["responses"]["Refusal426"];
            429: components["responses"]["Refusal429"];
            /** @description A part that is needed is not available now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "cache_unavailable" | "database_unavailable" | "recognition_off" | "websockets_full";
                    };
                };
            };
            504: components["responses"]["Refusal504"];
        };
    };
}
