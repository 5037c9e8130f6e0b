import CanaryYAML

/// Who wrote which field: the `managedFields` of an object, kept as the real server keeps them.
///
/// Members of objects are owned one by one, a list as a whole: `f:spec` with `f:http` is the smallest unit of a route.
enum ManagedFields {
    /// Who writes, and when.
    struct Author {
        var manager: String
        var apiVersion: String
        /// `status`, or empty.
        var subresource: String
        /// RFC 3339 in seconds.
        var time: String
    }

    /// The entries after a write that turned one object into another.
    static func entries(after new: JSONValue, before old: JSONValue?, by author: Author) -> JSONValue {
        let present = owned(new)
        let changed = changes(from: old.map(owned) ?? [:], to: present)
        var entries: [JSONValue] = []
        var own = changed
        var wasThere = false
        for entry in old?["metadata"]?["managedFields"]?.items ?? [] {
            let isOwn =
                entry["manager"]?.string == author.manager && entry["operation"]?.string == "Update"
                && entry["apiVersion"]?.string == author.apiVersion
                && (entry["subresource"]?.string ?? "") == author.subresource
            var fields = entry["fieldsV1"]?.members ?? [:]
            if !isOwn { fields = subtracting(fields, changed) }
            fields = keeping(fields, in: present)
            if isOwn {
                own = union(fields, changed)
                wasThere = true
                entries.append(changed.isEmpty ? replacing(entry, fields: own) : made(by: author, fields: own))
            } else if !fields.isEmpty {
                entries.append(replacing(entry, fields: fields))
            }
        }
        if !wasThere, !changed.isEmpty { entries.append(made(by: author, fields: own)) }
        return .array(entries)
    }

    private typealias Fields = [String: JSONValue]

    /// What of an object has owners.
    private static func owned(_ object: JSONValue) -> Fields {
        var members = object.members ?? [:]
        members["apiVersion"] = nil
        members["kind"] = nil
        let metadata = members["metadata"]?.members ?? [:]
        let kept = metadata.filter { ["labels", "annotations", "finalizers", "ownerReferences"].contains($0.key) }
        members["metadata"] = kept.isEmpty ? nil : .object(kept)
        return members
    }

    /// The fields of a tree that differ from, or are absent in, an older one.
    private static func changes(from old: Fields, to new: Fields) -> Fields {
        var result: Fields = [:]
        for (name, value) in new where old[name] != value {
            guard case .object(let inside) = value, !inside.isEmpty else {
                result["f:\(name)"] = [:]
                continue
            }
            let before = old[name]?.members
            var fields = changes(from: before ?? [:], to: inside)
            if before == nil, name != "metadata" { fields["."] = [:] }
            if !fields.isEmpty { result["f:\(name)"] = .object(fields) }
        }
        return result
    }

    private static func union(_ a: Fields, _ b: Fields) -> Fields {
        a.merging(b) { .object(union($0.members ?? [:], $1.members ?? [:])) }
    }

    private static func subtracting(_ a: Fields, _ b: Fields) -> Fields {
        var result = a
        for (name, taken) in b {
            guard let mine = result[name]?.members else { continue }
            let taken = taken.members ?? [:]
            let rest = taken.isEmpty || mine.isEmpty ? [:] : subtracting(mine, taken)
            result[name] = rest.isEmpty ? nil : .object(rest)
        }
        return result
    }

    /// Drops what the object no longer has.
    private static func keeping(_ fields: Fields, in object: Fields) -> Fields {
        var result: Fields = [:]
        for (name, inside) in fields {
            if name == "." {
                result[name] = inside
                continue
            }
            guard let value = object[String(name.dropFirst(2))] else { continue }
            let inner = inside.members ?? [:]
            if inner.isEmpty {
                result[name] = inside
            } else {
                let kept = keeping(inner, in: value.members ?? [:])
                if !kept.isEmpty { result[name] = .object(kept) }
            }
        }
        return result
    }

    private static func made(by author: Author, fields: Fields) -> JSONValue {
        var entry: Fields = [
            "apiVersion": .string(author.apiVersion), "fieldsType": "FieldsV1", "fieldsV1": .object(fields),
            "manager": .string(author.manager), "operation": "Update", "time": .string(author.time),
        ]
        if !author.subresource.isEmpty { entry["subresource"] = .string(author.subresource) }
        return .object(entry)
    }

    private static func replacing(_ entry: JSONValue, fields: Fields) -> JSONValue {
        var members = entry.members ?? [:]
        members["fieldsV1"] = .object(fields)
        return .object(members)
    }
}
