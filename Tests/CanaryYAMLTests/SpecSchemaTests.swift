import CanaryYAML
import Foundation
import Testing

@Suite("SpecSchema")
struct SpecSchemaTests {
    @Test("The schema is JSON whose sections list the decoder's keys, each described, and no others")
    func keys() throws {
        let root = try #require(JSONSerialization.jsonObject(with: Data(SpecSchema.json().utf8)) as? [String: Any])
        #expect(root["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        var seen: Set<String> = []
        try check(root, path: "", seen: &seen)
        #expect(seen == Set(SpecKeys.sections.keys))
    }

    private func check(_ schema: [String: Any], path: String, seen: inout Set<String>) throws {
        guard let properties = schema["properties"] as? [String: [String: Any]] else { return }
        let section = try #require(SpecKeys.sections[path])
        seen.insert(path)
        #expect(Set(properties.keys) == Set(section.known), "\(path)")
        #expect(schema["additionalProperties"] as? Bool == false, "\(path)")
        #expect(Set(schema["required"] as? [String] ?? []).isSubset(of: properties.keys))
        for (key, property) in properties {
            let child = path.isEmpty ? key : "\(path).\(key)"
            #expect(property["description"] != nil || property["const"] != nil || property["items"] != nil, "\(child)")
            try check(property, path: child, seen: &seen)
            if let items = property["items"] as? [String: Any] { try check(items, path: child + "[]", seen: &seen) }
        }
    }

    @Test("Defaults of the schema are those of the decoder")
    func defaults() throws {
        let root = try #require(JSONSerialization.jsonObject(with: Data(SpecSchema.json().utf8)) as? [String: Any])
        let properties = try #require(root["properties"] as? [String: [String: Any]])
        var defaults: [String: String] = [:]
        collect(try #require(properties["spec"]), path: "", into: &defaults)
        // Scraping and a server exclude each other: what either has.
        let ways = [
            ["telemetry.scrape.pods={}"],
            ["telemetry.prometheus.url=http://p:9090", "objectives.service.success=99.9%"],
            ["policy.brakes.rollbacks=3", "policy.objective.success=99.9%"],
        ]
        let entries = try ways.map {
            EffectiveSpec(try SpecDecoder.apply(sets: $0, to: SpecDecoder.defaults())).entries
        }
        #expect(defaults.count > 15)
        for (path, value) in defaults {
            let found = entries.compactMap { list in list.first { $0.path == path }?.value }
            #expect(!found.isEmpty && found.allSatisfy { $0 == value }, "\(path): \(found)")
        }
    }

    private func collect(_ schema: [String: Any], path: String, into defaults: inout [String: String]) {
        if let text = schema["default"] as? String { defaults[path] = text }
        if let flag = schema["default"] as? Bool, schema["type"] as? String == "boolean" {
            defaults[path] = String(flag)
        }
        if let number = schema["default"] as? Double, schema["type"] as? String == "number" {
            defaults[path] = SpecSyntax.rendered(number)
        }
        for (key, property) in schema["properties"] as? [String: [String: Any]] ?? [:] {
            collect(property, path: path.isEmpty ? key : "\(path).\(key)", into: &defaults)
        }
    }
}
