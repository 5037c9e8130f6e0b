import CanaryCore
import CanaryRouting
import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

@Suite("GitRouteStore")
struct GitRouteStoreTests {
    @Test("A Git store does what every route store must do", .timeLimit(.minutes(3)))
    func conforms() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let conformance = RouteStoreConformance {
            let tree = try await Tree(folders)
            let path = tree.path
            return RouteStoreConformance.Subject(
                store: try await tree.open(),
                interfere: { weights in
                    let text = try String(contentsOfFile: path, encoding: .utf8)
                    let edited = try RouteEditor.edit(text: text, selection: FileRouteStoreTests.basic, to: weights)
                    try edited.write(toFile: path, atomically: false, encoding: .utf8)
                },
                remove: { try FileManager.default.removeItem(atPath: path) }
            )
        }
        let failures = try await conformance.failures()
        #expect(failures == [])
    }

    @Test("Each write is a commit of the one file, whatever else is staged", .timeLimit(.minutes(1)))
    func commits() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let tree = try await Tree(folders)
        try "staged\n".write(toFile: tree.folder + "/other.txt", atomically: true, encoding: .utf8)
        _ = try await tree.git("add", "other.txt")
        let store = try await tree.open()
        var found = try await store.read()
        #expect(found.writer == "Tester <tester@example.com>")
        found = try await store.apply(WeightPlan(canaryPercent: 25, purpose: .step), expecting: found.revision)
        found = try await store.apply(.allStable, expecting: found.revision)
        #expect(found.objection == nil)
        #expect(
            try await tree.git("log", "--format=%s")
                == "canary demo4-vs: v2 0 % (rollback)\ncanary demo4-vs: v2 25 % (step)\nroute"
        )
        #expect(try await tree.git("show", "--name-only", "--format=") == "vs-basic.yaml")
        #expect(
            try await tree.git("log", "-1", "--format=%b")
                == "Haldane-Route: vs-basic.yaml, VirtualService demo4-vs, rule 0\nHaldane-Weights: stable 100, canary 0"
        )
        #expect(try await tree.git("status", "--porcelain") == "A  other.txt")
        _ = try await store.apply(.allStable, expecting: found.revision)
        #expect(try await tree.git("rev-list", "--count", "HEAD") == "3")
    }

    @Test("Without an identity the commits are haldane's", .timeLimit(.minutes(1)))
    func identity() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let tree = try await Tree(folders)
        _ = try await tree.git("config", "--unset", "user.name")
        _ = try await tree.git("config", "--unset", "user.email")
        guard await tree.hasNoGlobalIdentity() else { return }
        let store = try await tree.open()
        let after = try await store.apply(.allStable, expecting: try await store.read().revision)
        #expect(after.writer == "haldane <haldane@localhost>")
    }

    @Test(
        "A step that a hook refuses is undone; a rollback stays, and its missing commit is told until it is made",
        .timeLimit(.minutes(1))
    )
    func hooks() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let tree = try await Tree(folders)
        let store = try await tree.open()
        let found = try await store.read()
        let text = try String(contentsOfFile: tree.path, encoding: .utf8)
        let hook = tree.folder + "/.git/hooks/pre-commit"
        try "#!/bin/sh\necho 'frozen until Monday' >&2\nexit 1\n".write(toFile: hook, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook)

        let error = try await #require(throws: RouteError.self) {
            try await store.apply(WeightPlan(canaryPercent: 25, purpose: .step), expecting: found.revision)
        }
        #expect(error.code == .unwritable)
        #expect(error.disposition == .stop)
        #expect(error.description.contains("frozen until Monday"))
        #expect(try String(contentsOfFile: tree.path, encoding: .utf8) == text)

        let back = try await store.apply(.allStable, expecting: found.revision)
        #expect(back.weights == RouteWeights(stable: 100, canary: 0))
        #expect(back.objection?.contains("their commit is missing: frozen until Monday") == true)
        #expect(try await store.read().objection == back.objection)
        _ = try await tree.open()
        try FileManager.default.removeItem(atPath: hook)
        _ = try await tree.git("commit", "--quiet", "-m", "by hand", "--only", "--", "vs-basic.yaml")
        #expect(try await store.read().objection == nil)
    }

    @Test("A hook that never ends does not hold a run up for longer than the deadline", .timeLimit(.minutes(1)))
    func hangs() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let tree = try await Tree(folders)
        let store = try await tree.open(deadline: .seconds(2))
        let found = try await store.read()
        let hook = tree.folder + "/.git/hooks/pre-commit"
        try "#!/bin/sh\nexec sleep 60\n".write(toFile: hook, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook)
        let back = try await store.apply(.allStable, expecting: found.revision)
        #expect(back.weights.canary == 0)
        #expect(back.objection?.contains("git did not end in time") == true)
    }

    @Test("A rollback is in the file before git looks at it", .timeLimit(.minutes(1)))
    func rollbackFirst() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let tree = try await Tree(folders)
        let store = try await tree.open()
        let found = try await store.read()
        // Git runs this whenever it compares the work tree with its index.
        let monitor = tree.folder + "/.git/hooks/fsmonitor"
        try "#!/bin/sh\ngrep -c 'weight: 100' vs-basic.yaml >> .git/seen\nexit 1\n"
            .write(toFile: monitor, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: monitor)
        _ = try await tree.git("config", "core.fsmonitor", ".git/hooks/fsmonitor")

        let back = try await store.apply(.allStable, expecting: found.revision)

        #expect(back.weights.canary == 0 && back.objection == nil)
        let seen = try String(contentsOfFile: tree.folder + "/.git/seen", encoding: .utf8).split(separator: "\n")
        #expect(!seen.isEmpty && seen.allSatisfy { $0 == "1" }, "\(seen)")
    }

    @Test(
        "A file with changes that are not committed is refused, unless only its weights differ",
        .timeLimit(.minutes(1))
    )
    func dirty() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let tree = try await Tree(folders)
        let text = try String(contentsOfFile: tree.path, encoding: .utf8)
        try text.replacing("weight: 90", with: "weight: 95").replacing("weight: 10", with: "weight: 5")
            .write(toFile: tree.path, atomically: true, encoding: .utf8)
        let store = try await tree.open()
        try ("# mine\n" + text).write(toFile: tree.path, atomically: true, encoding: .utf8)
        let error = try await #require(throws: RouteError.self) { try await tree.open() }
        #expect(error.code == .unwritable)
        #expect(error.message == "\(tree.path) has changes that are not committed")

        let found = try await store.read()
        await #expect(throws: RouteError.self) {
            try await store.apply(WeightPlan(canaryPercent: 25, purpose: .step), expecting: found.revision)
        }
        let back = try await store.apply(.allStable, expecting: found.revision)
        #expect(back.weights.canary == 0)
        #expect(back.objection?.contains("their commit is missing") == true)
        #expect(try await tree.git("rev-list", "--count", "HEAD") == "1")
    }

    @Test("A file outside of a work tree, or not committed yet, is refused", .timeLimit(.minutes(1)))
    func outside() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let path = try folders.make().copy("vs-basic.yaml")
        let alone = try await #require(throws: RouteError.self) {
            try await GitRouteStore.open(path: path, selection: FileRouteStoreTests.basic, label: "v2")
        }
        #expect(alone.code == .unsupported)
        #expect(alone.message.contains("is in no Git work tree"))
        let tree = try await Tree(folders)
        let copy = tree.folder + "/copy.yaml"
        try FileManager.default.copyItem(atPath: tree.path, toPath: copy)
        let untracked = try await #require(throws: RouteError.self) {
            try await GitRouteStore.open(path: copy, selection: FileRouteStoreTests.basic, label: "v2")
        }
        #expect(untracked.message == "\(copy) is not committed to Git yet")
    }
}

/// A work tree with one committed route.
private struct Tree {
    let folder: String
    let path: String

    init(_ folders: Folders) async throws {
        let made = try folders.make()
        folder = made.path
        path = try made.copy("vs-basic.yaml")
        _ = try await git("init", "--quiet")
        _ = try await git("config", "user.name", "Tester")
        _ = try await git("config", "user.email", "tester@example.com")
        _ = try await git("config", "commit.gpgsign", "false")
        _ = try await git("add", "vs-basic.yaml")
        _ = try await git("commit", "--quiet", "-m", "route")
    }

    func open(deadline: Duration = .seconds(30)) async throws(RouteError) -> GitRouteStore {
        try await GitRouteStore.open(path: path, selection: FileRouteStoreTests.basic, label: "v2", deadline: deadline)
    }

    func hasNoGlobalIdentity() async -> Bool { (try? await git("config", "--get", "user.name")) == nil }

    @discardableResult
    func git(_ arguments: String...) async throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["git", "-C", folder] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}
