addEventListener("install", (event) => event.addRoutes?.({ condition: { urlPattern: "/v1/*" }, source: "network" }));
