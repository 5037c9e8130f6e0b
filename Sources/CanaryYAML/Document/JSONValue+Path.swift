extension JSONValue {
    /// The value at a path; nil if it leads nowhere.
    func value(at path: ArraySlice<YAMLStep>) -> JSONValue? {
        switch path.first {
        case nil: self
        case .key(let key): self[key]?.value(at: path.dropFirst())
        case .item(let index): self[index]?.value(at: path.dropFirst())
        }
    }

    /// Sets the value at a path: an absent member is added, and the position after a list's last item appends. Does nothing
    /// if the path leads nowhere.
    mutating func set(_ value: JSONValue, at path: ArraySlice<YAMLStep>) {
        guard let step = path.first else {
            self = value
            return
        }
        switch (step, self) {
        case (.key(let key), .object(var members)):
            var child = members[key] ?? .null
            child.set(value, at: path.dropFirst())
            members[key] = child
            self = .object(members)
        case (.item(let index), .array(var items)) where index >= 0 && index <= items.count:
            if index == items.count { items.append(.null) }
            items[index].set(value, at: path.dropFirst())
            self = .array(items)
        default:
            return
        }
    }

    /// Removes members of an object.
    func without(_ keys: Set<String>) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { !keys.contains($0.key) })
    }

    /// Where two documents first differ, as a JSON Pointer; nil if they are the same.
    func firstDifference(from other: JSONValue, at pointer: String = "") -> String? {
        guard self != other else { return nil }
        switch (self, other) {
        case (.object(let mine), .object(let theirs)):
            for key in Set(mine.keys).union(theirs.keys).sorted() {
                let path = pointer + "/" + Self.escaped(key)
                guard let left = mine[key], let right = theirs[key] else { return path }
                if let difference = left.firstDifference(from: right, at: path) { return difference }
            }
            return pointer
        case (.array(let mine), .array(let theirs)):
            for (index, pair) in zip(mine, theirs).enumerated() {
                if let difference = pair.0.firstDifference(from: pair.1, at: "\(pointer)/\(index)") {
                    return difference
                }
            }
            return "\(pointer)/\(min(mine.count, theirs.count))"
        default:
            return pointer
        }
    }

    /// A path as a JSON Pointer (RFC 6901).
    static func pointer(_ path: YAMLPath) -> String {
        path.map { step in
            switch step {
            case .key(let key): "/" + escaped(key)
            case .item(let index): "/\(index)"
            }
        }.joined()
    }

    private static func escaped(_ key: String) -> String {
        key.replacing("~", with: "~0").replacing("/", with: "~1")
    }
}
