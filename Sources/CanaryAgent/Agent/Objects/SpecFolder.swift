import CanaryCore
import CanaryYAML
import FoundationEssentials

/// A folder of specs in place of objects in the cluster: every `.yaml` and `.yml` file in it, each with any number of documents.
///
/// Files are looked at again when their time or size changes. What cannot be read is a problem of its file and of nothing else.
struct SpecFolder: Sendable {
    /// What a look found.
    struct Contents: Sendable {
        var canaries: [CanaryKey: AgentObject] = [:]
        var policies: [AgentObject] = []
        /// Sentences about files that cannot be read, and documents that are not used.
        var problems: [String] = []
    }

    private struct Stamp: Sendable, Hashable {
        var modified: Date
        var size: UInt64
    }

    private struct File: Sendable {
        var stamp: Stamp
        var documents: [AgentObject]
        var problems: [String]
    }

    private let path: String
    private let namespace: String
    private let policyNamespace: String
    private var files: [String: File] = [:]

    /// Of one file, in bytes, and of files in the folder.
    private static let largest = 1 << 20
    private static let mostFiles = 10_000

    /// - Parameters:
    ///   - namespace: of Canaries that name none.
    ///   - policyNamespace: the same of CanaryPolicies: such a one is the cluster's.
    init(path: String, namespace: String, policyNamespace: String) {
        self.path = path
        self.namespace = namespace
        self.policyNamespace = policyNamespace
    }

    /// Looks at the folder.
    ///
    /// - Returns: what is in it now; nil if nothing changed since the last look. A folder that cannot be read changes nothing.
    mutating func look() throws -> Contents? {
        try AgentFolders.checkSpecs(path)
        let names = try FileManager.default.contentsOfDirectory(atPath: path)
            .filter { ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) && !$0.hasPrefix(".") }.sorted()
            .prefix(Self.mostFiles)
        var changed = Set(files.keys) != Set(names)
        var next: [String: File] = [:]
        for name in names {
            let file = "\(path)/\(name)"
            guard let stamp = Self.stamp(file) else { continue }
            if let known = files[name], known.stamp == stamp {
                next[name] = known
                continue
            }
            changed = true
            next[name] = read(file, stamp)
        }
        files = next
        return changed ? contents : nil
    }

    private var contents: Contents {
        var contents = Contents()
        for (_, file) in files.sorted(by: { $0.key < $1.key }) {
            contents.problems += file.problems
            for document in file.documents {
                if document.json["kind"]?.string == APIResourceKind.policy {
                    contents.policies.append(document)
                } else if let other = contents.canaries[document.key] {
                    contents.problems.append(
                        "\(document.path ?? "?"): \(document.key) is in \(other.path ?? "?") already, which is used"
                    )
                } else {
                    contents.canaries[document.key] = document
                }
            }
        }
        return contents
    }

    private enum APIResourceKind {
        static let canary = "Canary"
        static let policy = "CanaryPolicy"
    }

    private func read(_ file: String, _ stamp: Stamp) -> File {
        guard stamp.size <= UInt64(Self.largest) else {
            return File(stamp: stamp, documents: [], problems: ["\(file) has more than \(Self.largest) bytes"])
        }
        guard let data = FileManager.default.contents(atPath: file) else {
            return File(stamp: stamp, documents: [], problems: ["\(file) cannot be read"])
        }
        let text = String(decoding: data, as: UTF8.self)
        var found = File(stamp: stamp, documents: [], problems: [])
        for (index, part) in Self.documents(of: text).enumerated() {
            do {
                let json = try YAMLText.parse(part)
                guard json.members?.isEmpty == false else { continue }
                add(json, part, file, index, &found)
            } catch {
                found.problems.append("\(file), document \(index + 1): \(error)")
            }
        }
        return found
    }

    private func add(_ json: JSONValue, _ text: String, _ file: String, _ index: Int, _ found: inout File) {
        let kind = json["kind"]?.string ?? ""
        guard json["apiVersion"]?.string?.hasPrefix("haldane.dev/") == true,
            [APIResourceKind.canary, APIResourceKind.policy].contains(kind)
        else { return }
        guard let name = json["metadata"]?["name"]?.string, !name.isEmpty else {
            found.problems.append("\(file), document \(index + 1): the \(kind) has no metadata.name")
            return
        }
        var json = json
        let home = kind == APIResourceKind.policy ? policyNamespace : namespace
        let place = json["metadata"]?["namespace"]?.string ?? home
        if json["metadata"]?["namespace"] == nil, case .object(var members) = json,
            case .object(var metadata)? = members["metadata"]
        {
            metadata["namespace"] = .string(place)
            members["metadata"] = .object(metadata)
            json = .object(members)
        }
        var hasher = FNV()
        hasher.add(text.utf8)
        let key = CanaryKey(namespace: place, name: name)
        found.documents.append(AgentObject(key: key, revision: hasher.text, json: json, path: file, text: text))
    }

    /// The texts between lines of `---`.
    static func documents(of text: String) -> [String] {
        var all: [[Substring]] = [[]]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "---" || line.hasPrefix("--- ") || line == "---\r" {
                all.append([])
            } else {
                all[all.count - 1].append(line)
            }
        }
        return all.map { $0.joined(separator: "\n") }.filter { part in
            part.split(separator: "\n").contains { line in
                let start = line.first { $0 != " " && $0 != "\t" && $0 != "\r" }
                return start != nil && start != "#"
            }
        }
    }

    private static func stamp(_ file: String) -> Stamp? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: file),
            let modified = attributes[.modificationDate] as? Date
        else { return nil }
        let size = (attributes[.size] as? UInt64) ?? (attributes[.size] as? Int).map { UInt64(clamping: $0) } ?? 0
        return Stamp(modified: modified, size: size)
    }
}

/// FNV-1a (Fowler, Noll and Vo), 64 bits: tells texts apart, not against an attacker.
struct FNV {
    private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    var text: String { String(hash, radix: 16) }
}
