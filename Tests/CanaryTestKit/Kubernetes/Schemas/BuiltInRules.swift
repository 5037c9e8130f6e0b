import CanaryYAML

/// What the API server checks of its own kinds, as far as a canary agent writes them.
enum BuiltInRules {
    /// - Throws: a bad request for a value that cannot be decoded, or `Invalid` with causes.
    static func check(_ object: JSONValue, of kind: ClusterKind) throws(APIStatus) {
        let name = object["metadata"]?["name"]?.string ?? ""
        switch kind {
        case .leases: try checkLease(object, name)
        case .events: try checkEvent(object, name)
        default: return
        }
    }

    private static func checkLease(_ object: JSONValue, _ name: String) throws(APIStatus) {
        let spec = object["spec"]
        for field in ["acquireTime", "renewTime"] {
            guard let value = spec?[field] else { continue }
            try checkMicroTime(value, kind: .leases)
        }
        for field in ["leaseDurationSeconds", "leaseTransitions"] {
            guard let value = spec?[field] else { continue }
            guard case .integer(let number) = value, Int32(exactly: number) != nil else {
                throw undecodable(
                    .leases,
                    "json: cannot unmarshal a value into field LeaseSpec.spec.\(field) of type int32"
                )
            }
        }
        var causes: [FieldCause] = []
        if let seconds = spec?["leaseDurationSeconds"]?.integer, seconds <= 0 {
            causes.append(.invalid("spec.leaseDurationSeconds", String(seconds), "must be greater than 0"))
        }
        if let count = spec?["leaseTransitions"]?.integer, count < 0 {
            causes.append(.invalid("spec.leaseTransitions", String(count), "must be greater than or equal to 0"))
        }
        if spec?["holderIdentity"]?.string == "" {
            causes.append(.invalid("spec.holderIdentity", "\"\"", "must not be empty"))
        }
        if !causes.isEmpty { throw .invalid(.leases, name, causes) }
    }

    private static func checkEvent(_ object: JSONValue, _ name: String) throws(APIStatus) {
        var causes: [FieldCause] = []
        if let time = object["eventTime"] {
            try checkMicroTime(time, kind: .events)
        } else {
            causes.append(.required("eventTime"))
        }
        for field in ["reportingController", "reportingInstance", "action", "reason"] {
            if (object[field]?.string ?? "").isEmpty { causes.append(.required(field)) }
        }
        if !["Normal", "Warning"].contains(object["type"]?.string ?? "") {
            causes.append(.invalid("type", "\"\(object["type"]?.string ?? "")\"", "has invalid value"))
        }
        if (object["note"]?.string ?? "").utf8.count > 1024 {
            causes.append(.invalid("note", "\"…\"", "can have at most 1024 characters"))
        }
        let namespace = object["metadata"]?["namespace"]?.string ?? ""
        let regarding = object["regarding"]?["namespace"]?.string ?? ""
        if regarding != namespace, !(regarding.isEmpty && namespace == "default") {
            causes.append(.invalid("involvedObject.namespace", "\"\(regarding)\"", "does not match event.namespace"))
        }
        if !causes.isEmpty { throw .invalid(.events, name, causes) }
    }

    /// A time with exactly six digits behind the point.
    private static func checkMicroTime(_ value: JSONValue, kind: ClusterKind) throws(APIStatus) {
        guard let text = value.string else {
            throw undecodable(kind, "json: cannot unmarshal a value that is no string into a MicroTime")
        }
        let shape = "dddd-dd-ddTdd:dd:dd.dddddd"
        let head = text.prefix(shape.count)
        let fits =
            head.count == shape.count
            && zip(head, shape).allSatisfy { $1 == "d" ? ("0"..."9").contains($0) : $0 == $1 }
        let zone = text.dropFirst(shape.count)
        let isZone = zone == "Z" || (zone.count == 6 && (zone.hasPrefix("+") || zone.hasPrefix("-")))
        guard fits, isZone else {
            throw undecodable(
                kind,
                "parsing time \"\(text)\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse it as \".000000\""
            )
        }
    }

    private static func undecodable(_ kind: ClusterKind, _ why: String) -> APIStatus {
        .badRequest("\(kind.name) in version \"v1\" cannot be handled as a \(kind.name): \(why)")
    }
}
