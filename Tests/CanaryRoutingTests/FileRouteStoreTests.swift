import CanaryCore
import CanaryRouting
import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite("FileRouteStore")
struct FileRouteStoreTests {
    @Test("A file store does what every route store must do")
    func conforms() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let conformance = RouteStoreConformance {
            let folder = try folders.make()
            let path = try folder.copy("vs-basic.yaml")
            let selection = Self.basic
            return RouteStoreConformance.Subject(
                store: FileRouteStore(path: path, selection: selection),
                interfere: { weights in
                    let text = try String(contentsOfFile: path, encoding: .utf8)
                    let edited = try RouteEditor.edit(text: text, selection: selection, to: weights)
                    try edited.write(toFile: path, atomically: false, encoding: .utf8)
                },
                remove: { try FileManager.default.removeItem(atPath: path) }
            )
        }
        let failures = try await conformance.failures()
        #expect(failures == [])
    }

    @Test("The cookie case: the staff rule is read and edited, and stable is said to be reached outside of it")
    func cookie() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let path = try folders.make().copy("vs-cookie.yaml")
        let before = try String(contentsOfFile: path, encoding: .utf8)
        let selection = RouteSelection(
            object: "demo4-cookie-vs",
            stable: DestinationSpec(subset: "v1"),
            canary: DestinationSpec(subset: "v2")
        )
        let store = FileRouteStore(path: path, selection: selection)
        let found = try await store.read()
        #expect(found.weights == RouteWeights(stable: 50, canary: 50))
        #expect(found.reach == .segmentOfStable(elsewhere: "rule 1"))
        _ = try await store.apply(.allStable, expecting: found.revision)
        let after = try String(contentsOfFile: path, encoding: .utf8)
        let expected = before.replacing("weight: 50", with: "weight: 100", maxReplacements: 1)
            .replacing("weight: 50", with: "weight: 0", maxReplacements: 1)
        #expect(after == expected)
    }

    @Test(
        "A path below a file, a missing file, a folder, a FIFO, and a file that is not UTF-8 are refused with a reason"
    )
    func unreadable() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let folder = try folders.make()
        let path = try folder.copy("vs-basic.yaml")
        let fifo = folder.path + "/fifo"
        #expect(mkfifo(fifo, 0o600) == 0)
        let binary = folder.path + "/binary.yaml"
        try Data([0x61, 0xFF, 0xFE]).write(to: URL(filePath: binary))
        let huge = folder.path + "/huge.yaml"
        try Data(repeating: 0x23, count: (4 << 20) + 1).write(to: URL(filePath: huge))
        for (bad, code, words) in [
            (path + "/below", RouteError.Code.missing, "does not exist"),
            (folder.path + "/none.yaml", .missing, "does not exist"),
            (folder.path, .unreadable, "is a directory"), (fifo, .unreadable, "is not a regular file"),
            (binary, .notARoute, "is not UTF-8"), (huge, .unreadable, "larger than 4 MiB"),
        ] {
            let error = try await #require(throws: RouteError.self) {
                _ = try await FileRouteStore(path: bad, selection: Self.basic).read()
            }
            #expect(error.code == code)
            #expect(error.message.hasPrefix(bad))
            #expect(error.message.contains(words))
            #expect(error.hint != nil)
        }
    }

    @Test("A read-only file is refused, whoever asks, and nothing is left beside it")
    func readOnly() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let folder = try folders.make()
        let path = try folder.copy("vs-basic.yaml")
        try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: path)
        let before = try Data(contentsOf: URL(filePath: path))
        let store = FileRouteStore(path: path, selection: Self.basic)
        let found = try await store.read()
        let error = try await #require(throws: RouteError.self) {
            _ = try await store.apply(.allStable, expecting: found.revision)
        }
        #expect(error.code == .unwritable)
        #expect(error.disposition == .stop)
        #expect(error.description == "\(path) is read-only\n  hint: chmod u+w \(path)")
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
        #expect(try folder.entries() == ["vs-basic.yaml"])
    }

    @Test("A link stays a link, and mode and owner stay what they were")
    func link() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let folder = try folders.make()
        let other = try folders.make()
        let path = try folder.copy("vs-basic.yaml")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        let alias = other.path + "/alias.yaml"
        try FileManager.default.createSymbolicLink(atPath: alias, withDestinationPath: path)
        let store = FileRouteStore(path: alias, selection: Self.basic)
        let found = try await store.read()
        let after = try await store.apply(.allStable, expecting: found.revision)
        #expect(after.weights == RouteWeights(stable: 100, canary: 0))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: alias) == path)
        #expect(try String(contentsOfFile: path, encoding: .utf8).contains("weight: 100"))
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o640)
        #expect(try folder.entries() == ["vs-basic.yaml"])
        #expect(try other.entries() == ["alias.yaml"])
    }

    @Test("A file that became something else between read and apply is refused and left alone")
    func changed() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let path = try folders.make().copy("vs-basic.yaml")
        let store = FileRouteStore(path: path, selection: Self.basic)
        let found = try await store.read()
        for text in ["", "not: a route\n", "{{ template }}\n", "\u{0}", "a: [\n"] {
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            let error = try await #require(throws: RouteError.self) {
                _ = try await store.apply(.allStable, expecting: found.revision)
            }
            #expect(error.code == .conflict)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
            await #expect(throws: RouteError.self) { _ = try await store.read() }
        }
    }

    @Test("Whoever reads while weights are written sees a whole route whose weights keep their sum")
    func alwaysWhole() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let path = try folders.make().copy("vs-basic.yaml")
        let store = FileRouteStore(path: path, selection: Self.basic)
        let reader = Task { () throws -> Int in
            var reads = 0
            while !Task.isCancelled {
                let snapshot = try await FileRouteStore(path: path, selection: Self.basic).read()
                if snapshot.weights.sum != 100 { throw RouteError(.unproven, "torn: \(snapshot.weights)") }
                reads += 1
                await Task.yield()
            }
            return reads
        }
        var snapshot = try await store.read()
        for step in 0..<150 {
            let plan = WeightPlan(canaryPercent: Double(step % 101), purpose: .step)
            snapshot = try await store.apply(plan, expecting: snapshot.revision)
        }
        reader.cancel()
        #expect(try await reader.value >= 0)
    }

    @Test("Of several writers at once each change is made by exactly one, and none is lost unnoticed")
    func racing() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let folder = try folders.make()
        let path = try folder.copy("vs-basic.yaml")
        let store = FileRouteStore(path: path, selection: Self.basic)
        let found = try await store.read()
        let outcomes = await withTaskGroup(of: RouteWeights?.self) { group in
            for percent in [20.0, 30, 40, 60] {
                group.addTask {
                    // A refused writer is what this test is about; its weights are nil.
                    try? await store.apply(
                        WeightPlan(canaryPercent: percent, purpose: .step),
                        expecting: found.revision
                    ).weights
                }
            }
            return await group.reduce(into: [RouteWeights?]()) { $0.append($1) }
        }
        let last = try await store.read()
        #expect(outcomes.contains(last.weights))
        #expect(try folder.entries() == ["vs-basic.yaml"])
    }

    @Test("A preview is what apply would write, and writes nothing")
    func preview() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let path = try folders.make().copy("vs-basic.yaml")
        let store = FileRouteStore(path: path, selection: Self.basic)
        let found = try await store.read()
        let plan = WeightPlan(canaryPercent: 25, purpose: .step)
        let text = try await store.preview(plan)
        #expect(try await store.read() == found)
        _ = try await store.apply(plan, expecting: found.revision)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }

    static let basic = RouteSelection(
        object: "demo4-vs",
        stable: DestinationSpec(subset: "v1"),
        canary: DestinationSpec(subset: "v2")
    )
}
