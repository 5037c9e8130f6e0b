import CanaryCore
import CanaryRouting
import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

/// Where commits may go, and what stays behind of those that others took over.
@Suite("GitSettlement: places", .timeLimit(.minutes(1)))
struct SettlementPlaceTests {
    private static let promotion = WeightPlan(canaryPercent: 100, purpose: .promotion)

    private func fixture(_ folders: Folders) throws -> GitRemoteFixture {
        let text = try String(contentsOfFile: try folders.make().copy("vs-basic.yaml"), encoding: .utf8)
        return try GitRemoteFixture(in: try folders.make().path, file: "apps/route.yaml", text: text)
    }

    private func settlement(
        _ remote: GitRemoteFixture,
        file: String = "apps/route.yaml",
        branch: String? = nil,
        selection: RouteSelection = FileRouteStoreTests.basic
    ) -> GitSettlement {
        GitSettlement(
            path: "\(remote.mine)/\(file)",
            below: remote.mine,
            selection: selection,
            settle: SettleSpec(file: file, repository: "main", pushes: true, branch: branch),
            label: "v2"
        )
    }

    @Test("a link that leads out of the repository is not followed, also one that came in with the last fetch")
    func links() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let remote = try fixture(folders)
        let other = try fixture(folders)
        try FileManager.default.createSymbolicLink(
            atPath: remote.theirs + "/link.yaml",
            withDestinationPath: other.path
        )
        try FileManager.default.removeItem(atPath: remote.theirs + "/apps/route.yaml")
        try FileManager.default.createSymbolicLink(
            atPath: remote.theirs + "/apps/route.yaml",
            withDestinationPath: other.path
        )
        try GitRemoteFixture.git(remote.theirs, "add", "-A")
        try GitRemoteFixture.git(remote.theirs, "commit", "--quiet", "-m", "links")
        try GitRemoteFixture.git(remote.theirs, "push", "--quiet")

        let fetched = await settlement(remote).settle(Self.promotion)
        #expect(fetched?.text.contains("leads out of the repository") == true, "\(fetched?.text ?? "settled")")
        await #expect(throws: RouteError.self) { _ = try await settlement(remote, file: "link.yaml").check() }
        let asked = await settlement(remote, file: "link.yaml").unsettled(Self.promotion)
        #expect(asked?.text.contains("leads out") == true)
        #expect(try other.declared().contains("weight: 10"))
        #expect(try String(contentsOfFile: other.path, encoding: .utf8).contains("weight: 10"))
        // Whose end is the same is not below it.
        let near = GitSettlement(
            path: remote.mine + "-2/route.yaml",
            below: remote.mine,
            selection: FileRouteStoreTests.basic,
            settle: SettleSpec(file: "x"),
            label: "v2"
        )
        await #expect(throws: RouteError.self) { _ = try await near.check() }
    }

    @Test("a squashed review does not stand in the way of the next commit")
    func squashed() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let remote = try fixture(folders)
        let review = settlement(remote, branch: "haldane/demo4")
        #expect(await review.settle(Self.promotion) != nil)
        try remote.merge("haldane/demo4", isSquashed: true)
        #expect(await review.unsettled(Self.promotion) == nil)

        let back = WeightPlan(canaryPercent: 0, purpose: .promotion)
        let rest = await settlement(remote).settle(back)
        #expect(rest == nil, "\(rest?.text ?? "")")
        #expect(try remote.declared().contains("weight: 100"))
        #expect(try GitRemoteFixture.git(remote.remote, "log", "--format=%s", "main").split(separator: "\n").count == 4)
    }

    @Test("a push that is refused says so in git's words, and is made up for later")
    func refused() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let remote = try fixture(folders)
        try remote.refusePushes("main is protected")
        let rest = await settlement(remote).settle(Self.promotion)
        #expect(rest?.text.contains("main is protected") == true, "\(rest?.text ?? "settled")")

        try remote.takePushes()
        #expect(await settlement(remote).unsettled(Self.promotion) != nil)
        #expect(await settlement(remote).settle(Self.promotion) == nil)
        #expect(try GitRemoteFixture.git(remote.remote, "rev-list", "--count", "main") == "2")
    }

    @Test("in a file that namespaces share, a document that names none is not ours")
    func namespaces() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let text = try String(contentsOfFile: try folders.make().copy("vs-basic.yaml"), encoding: .utf8)
        let bare = text.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.contains("namespace:") }.joined(separator: "\n")
        let remote = try GitRemoteFixture(in: try folders.make().path, file: "apps/route.yaml", text: bare)
        var selection = FileRouteStoreTests.basic
        selection.namespace = "test1"
        #expect(
            await settlement(remote, selection: selection).unsettled(Self.promotion)?.text.contains("not have") == true
        )
        selection.needsNamespace = true
        let rest = await settlement(remote, selection: selection).settle(Self.promotion)
        #expect(rest?.text.contains("names no namespace") == true, "\(rest?.text ?? "settled")")
    }

    @Test("two settlements in one work tree do not stand in each other's way")
    func turns() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let remote = try fixture(folders)
        let (one, two) = (settlement(remote), settlement(remote))
        async let first = one.settle(Self.promotion)
        async let second = two.settle(Self.promotion)
        let rests = await [first, second]
        #expect(rests == [nil, nil], "\(rests.compactMap { $0?.text })")
    }
}
