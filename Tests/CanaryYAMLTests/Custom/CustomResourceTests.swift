import CanaryCore
import CanaryYAML
import Foundation
import Testing

@Suite("Custom resources")
struct CustomResourceTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private func schema(_ resource: CustomResource) throws -> JSONValue {
        let definition = try YAMLText.parse(resource.yaml)
        return try #require(definition["spec"]?["versions"]?[0]?["schema"]?["openAPIV3Schema"])
    }

    @Test("The files that are deployed are what is generated", arguments: CustomResource.allCases)
    func files(resource: CustomResource) throws {
        let file = Self.root.appending(path: "deploy/crds/haldane.dev_\(resource.rawValue).yaml")

        let text = try String(contentsOf: file, encoding: .utf8)

        #expect(text == resource.yaml, "run `haldane schema crd` and split its documents into deploy/crds")
    }

    @Test("Their schemas are structural, and their rules speak of keys that exist", arguments: CustomResource.allCases)
    func structural(resource: CustomResource) throws {
        let definition = try YAMLText.parse(resource.yaml)

        let faults = StructuralSchema.faults(try schema(resource))

        #expect(faults.isEmpty, "\(faults)")
        #expect(definition["metadata"]?["name"]?.string == resource.name)
        #expect(definition["spec"]?["scope"] == "Namespaced")
        #expect(definition["spec"]?["versions"]?[0]?["subresources"]?["status"] != nil)
        #expect(resource.yaml.utf8.count < 200_000)
    }

    @Test("Columns show what the status has", arguments: CustomResource.allCases)
    func columns(resource: CustomResource) throws {
        let definition = try YAMLText.parse(resource.yaml)
        let schema = try schema(resource)

        for column in definition["spec"]?["versions"]?[0]?["additionalPrinterColumns"]?.items ?? [] {
            let path = try #require(column["jsonPath"]?.string)
            guard !path.hasPrefix(".metadata.") else { continue }
            var node: JSONValue? = schema
            for key in path.split(separator: ".") { node = node?["properties"]?[String(key)] }
            #expect(node?["type"] == column["type"], "\(path)")
        }
    }

    @Test("A Canary's keys are those of the decoder")
    func keys() throws {
        func check(_ schema: JSONValue?, _ path: String) throws -> Int {
            let properties = try #require(schema?["properties"]?.members, "\(path)")
            #expect(Set(properties.keys) == Set(SpecKeys.sections[path]?.known ?? []), "\(path)")
            var count = 1
            for (key, child) in properties {
                let below = ["\(path).\(key)", "\(path).\(key)[]"]
                if SpecKeys.sections[below[0]] != nil { count += try check(child, below[0]) }
                if SpecKeys.sections[below[1]] != nil { count += try check(child["items"], below[1]) }
            }
            return count
        }

        let count = try check(try schema(.canaries)["properties"]?["spec"], "spec")

        // All but the object and its metadata.
        #expect(count == SpecKeys.sections.count - 2)
    }

    @Test(
        "No default is filled in by the server, which would make it the object's own",
        arguments: CustomResource.allCases
    )
    func defaults(resource: CustomResource) {
        #expect(!resource.yaml.contains("default:"))
    }

    // MARK: Examples

    @Test("Full specs and policies are valid by the schemas")
    func full() throws {
        let canary = try YAMLText.parse(Specs.full)
        let policy = try YAMLText.parse(PolicyDocumentTests.full)

        #expect(StructuralSchema.faults(of: canary, try schema(.canaries)) == [])
        #expect(StructuralSchema.faults(of: policy, try schema(.canarypolicies)) == [])
    }

    @Test("Every example of a Canary or CanaryPolicy in the repository is valid by the schemas")
    func examples() throws {
        var found = 0
        for (place, document) in try Self.documents() {
            let resource: CustomResource = document["kind"] == "Canary" ? .canaries : .canarypolicies
            let faults = StructuralSchema.faults(of: document, try schema(resource))
            #expect(faults.isEmpty, "\(place): \(faults)")
            found += 1
        }
        #expect(found >= 1)
    }

    @Test("A status as it is written is kept by the schema")
    func status() throws {
        let since = Timestamp(milliseconds: 1_795_398_502_000)
        let side = CanaryStatus.Side(name: "v1", revision: "abc", weight: 75, ready: 3, pods: 3)
        let status = CanaryStatus(
            observedGeneration: 3,
            phase: .progressing,
            message: "step 2 of 5",
            conditions: [
                StatusCondition(.ready, .unknown, reason: "Running", message: "x", since: since, observedGeneration: 3)
            ],
            stable: side,
            canary: side,
            run: .init(id: "r", startedAt: since, by: "a", holder: "b"),
            step: .init(number: 2, of: 5, percent: 12.5, since: since, verdict: .healthy),
            gate: Reason("frozen", "year end"),
            waitingSince: since,
            lastRun: .init(
                id: "q",
                outcome: "promoted",
                label: "promoted",
                reason: "x",
                startedAt: since,
                finishedAt: since,
                by: "a",
                stableRevision: "a",
                canaryRevision: "b"
            ),
            request: .init(id: "1", verb: "pause", result: .accepted, message: "x", by: "a", at: since)
        )

        let object: JSONValue = ["metadata": [:], "status": status.json]

        #expect(StructuralSchema.faults(of: object, try schema(.canaries)) == [])
    }

    /// Documents in YAML files and in fenced blocks of Markdown.
    private static func documents() throws -> [(String, JSONValue)] {
        let skipped: Set<String> = [".build", ".git", "node_modules", "Fixtures"]
        var texts: [(String, String)] = []
        let walker = FileManager.default.enumerator(at: root, includingPropertiesForKeys: [.isDirectoryKey])
        while let url = walker?.nextObject() as? URL {
            if skipped.contains(url.lastPathComponent) {
                walker?.skipDescendants()
            } else if ["yaml", "yml", "md"].contains(url.pathExtension) {
                let text = try String(contentsOf: url, encoding: .utf8)
                guard text.contains("kind: Canary") else { continue }
                if url.pathExtension == "md" {
                    // What is printed on a console begins with its command, and ends with the next one.
                    for block in text.split(separator: "```") {
                        let lines = block.split(separator: "\n").drop { $0 != "apiVersion: haldane.dev/v1" }
                        let body = lines.prefix { !$0.hasPrefix("$ ") }
                        texts.append((url.lastPathComponent, body.joined(separator: "\n")))
                    }
                } else {
                    texts.append((url.lastPathComponent, text))
                }
            }
        }
        var documents: [(String, JSONValue)] = []
        for (place, text) in texts where !text.contains("{{") {
            for document in try YAMLText.documents(text) {
                guard document["apiVersion"] == "haldane.dev/v1",
                    document["kind"] == "Canary" || document["kind"] == "CanaryPolicy"
                else { continue }
                documents.append((place, document))
            }
        }
        return documents
    }
}
