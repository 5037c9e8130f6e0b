import CanaryYAML
import Foundation

/// What the API server checks of its own kinds, as far as a canary agent writes them.
enum BuiltInRules {
    /// - Throws: a bad request for a value that cannot be decoded, or `Invalid` with causes.
    static func check(_ object: JSONValue, of kind: ClusterKind) throws(APIStatus) {
        let name = object["metadata"]?["name"]?.string ?? ""
        try checkAnnotations(object, kind, name)
        switch kind {
        case .leases: try checkLease(object, name)
        case .configMaps: try checkConfigMap(object, name)
        case .events: try checkEvent(object, name)
        default: return
        }
    }

    /// All annotations of an object together have at most 256 KiB.
    private static func checkAnnotations(
        _ object: JSONValue,
        _ kind: ClusterKind,
        _ name: String
    ) throws(APIStatus) {
        let annotations = object["metadata"]?["annotations"]?.members ?? [:]
        let size = annotations.reduce(0) { $0 + $1.key.utf8.count + ($1.value.string?.utf8.count ?? 0) }
        guard size > 256 * 1024 else { return }
        throw .invalid(kind, name, [.tooLong("metadata.annotations", most: 256 * 1024)])
    }

    /// Texts and bytes of a ConfigMap together have at most 1 MiB; a key is in one of the two, and made of few characters.
    private static func checkConfigMap(_ object: JSONValue, _ name: String) throws(APIStatus) {
        var size = 0
        var causes: [FieldCause] = []
        let data = object["data"]?.members ?? [:]
        for (key, value) in data {
            guard let text = value.string else {
                throw undecodable(
                    .configMaps,
                    "json: cannot unmarshal a value into field ConfigMap.data of type string"
                )
            }
            size += text.utf8.count
            if !isKey(key) { causes.append(badKey("data[\(key)]", key)) }
        }
        for (key, value) in object["binaryData"]?.members ?? [:] {
            guard let text = value.string, let bytes = Data(base64Encoded: text) else {
                throw undecodable(.configMaps, "illegal base64 data at input byte 0")
            }
            size += bytes.count
            if !isKey(key) { causes.append(badKey("binaryData[\(key)]", key)) }
            if data[key] != nil {
                causes.append(.invalid("data[\(key)]", "\"\(key)\"", "duplicate of key present in binaryData"))
            }
        }
        if size > 1024 * 1024 { causes.append(.tooLong("[]", most: 1024 * 1024)) }
        if !causes.isEmpty { throw .invalid(.configMaps, name, causes) }
    }

    private static func isKey(_ key: String) -> Bool {
        !key.isEmpty && key.utf8.count <= 253 && ![".", ".."].contains(key)
            && key.utf8.allSatisfy {
                (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0)
                    || [45, 46, 95].contains($0)
            }
    }

    private static func badKey(_ field: String, _ key: String) -> FieldCause {
        let why = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
        return .invalid(field, "\"\(key)\"", why)
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
