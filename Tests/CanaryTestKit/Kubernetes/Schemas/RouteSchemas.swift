import CanaryYAML

/// The parts of the route definitions that matter to a writer of weights; the rest is kept unseen.
extension ClusterKind {
    /// The schema of `spec`; nil where everything is accepted.
    var schema: FieldSchema? {
        switch self {
        case .virtualServices: .virtualService
        case .httpRoutes: .httpRoute
        case .grpcRoutes: .grpcRoute
        default: nil
        }
    }
}

extension FieldSchema {
    private static let most = 1_000_000
    private static let names = FieldSchema.list(.string, most: most)
    private static let anything = FieldSchema.list(.any, most: most)

    private static let destination = FieldSchema.object([
        "host": .init(.string, required: true),
        "subset": .init(.string),
        "port": .init(.object(["number": .init(.integer(0...4_294_967_295))])),
    ])

    private static let streamRoute = FieldSchema.list(
        .object(["destination": .init(destination, required: true), "weight": .init(.int32)]),
        most: most
    )

    /// A weight is any int32; nothing asks for a sum.
    static let virtualService = FieldSchema.object([
        "hosts": .init(names),
        "gateways": .init(names),
        "exportTo": .init(names),
        "http": .init(.list(istioRule, most: most)),
        "tcp": .init(.list(.object(["match": .init(anything), "route": .init(streamRoute)]), most: most)),
        "tls": .init(
            .list(.object(["match": .init(anything, required: true), "route": .init(streamRoute)]), most: most)
        ),
    ])

    private static let istioRule: FieldSchema = {
        var members: [String: Member] = [
            "name": .init(.string), "match": .init(anything), "timeout": .init(.string),
            "mirrorPercent": .init(.int32), "mirror_percent": .init(.int32), "mirrors": .init(anything),
        ]
        let whole = [
            "redirect", "directResponse", "delegate", "rewrite", "retries", "fault", "mirror", "mirrorPercentage",
            "corsPolicy", "headers",
        ]
        for name in whole { members[name] = .init(.any) }
        members["route"] = .init(
            .list(
                .object([
                    "destination": .init(destination, required: true), "weight": .init(.int32),
                    "headers": .init(.any),
                ]),
                most: most
            )
        )
        return .object(members)
    }()

    private static let parents = FieldSchema.list(
        .object([
            "group": .init(.string, standard: "gateway.networking.k8s.io"),
            "kind": .init(.string, standard: "Gateway"),
            "name": .init(.string, required: true),
            "namespace": .init(.string), "sectionName": .init(.string), "port": .init(.integer(1...65_535)),
        ]),
        most: 32
    )

    private static let backends = FieldSchema.list(
        .object([
            "group": .init(.string, standard: ""),
            "kind": .init(.string, standard: "Service"),
            "name": .init(.string, required: true),
            "namespace": .init(.string), "port": .init(.integer(1...65_535)),
            "weight": .init(.integer(0...1_000_000), standard: 1),
            "filters": .init(.list(.any, most: 16)),
        ]),
        most: 16
    )

    private static let comparedValue = FieldSchema.object([
        "type": .init(.string, standard: "Exact"), "name": .init(.string, required: true),
        "value": .init(.string, required: true),
    ])

    private static let pathMatch = FieldSchema.object([
        "type": .init(.string, standard: "PathPrefix"), "value": .init(.string, standard: "/"),
    ])

    static let httpRoute = route(rule: [
        "matches": .init(
            .list(
                .object([
                    "path": .init(pathMatch, standard: ["type": "PathPrefix", "value": "/"]),
                    "headers": .init(.list(comparedValue, most: 16)),
                    "queryParams": .init(.list(comparedValue, most: 16)),
                    "method": .init(.string),
                ]),
                most: 64
            ),
            standard: [["path": ["type": "PathPrefix", "value": "/"]]]
        ),
        "timeouts": .init(.any), "retry": .init(.any), "sessionPersistence": .init(.any),
    ])

    static let grpcRoute = route(rule: [
        "matches": .init(
            .list(
                .object([
                    "method": .init(
                        .object([
                            "type": .init(.string, standard: "Exact"), "service": .init(.string),
                            "method": .init(.string),
                        ])
                    ),
                    "headers": .init(.list(comparedValue, most: 16)),
                ]),
                most: 64
            )
        ),
        "sessionPersistence": .init(.any),
    ])

    private static func route(rule members: [String: Member]) -> FieldSchema {
        var members = members
        members["name"] = .init(.string)
        members["filters"] = .init(.list(.any, most: 16))
        members["backendRefs"] = .init(backends)
        return .object([
            "parentRefs": .init(parents), "hostnames": .init(.list(.string, most: 16)),
            "rules": .init(.list(.object(members), most: 16)), "useDefaultGateways": .init(.string),
        ])
    }
}
