import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryKubernetes
import CanaryTestKit
import Foundation
import Testing

/// Whole sessions whose folder has a journal that is no use: whoever is unattended goes by what the cluster keeps.
@Suite("A journal of one's own that cannot be gone on with", .timeLimit(.minutes(2)))
struct OwnJournalTests {
    private let sessions: SessionRig
    private var rig: CustodyRig { sessions.rig }

    init() throws { sessions = try SessionRig() }

    @Test("is left as it is when it is damaged, and the run goes on with the cluster's evidence; a person is refused")
    func damaged() async throws {
        let first = try await sessions.run("one")
        var bytes = try #require(FileManager.default.contents(atPath: first.journalPath))
        bytes.replaceSubrange(0..<16, with: [UInt8](repeating: 0xA5, count: 16))
        try bytes.write(to: URL(filePath: first.journalPath))

        let refusal = await #expect(throws: AgentError.self) { _ = try await sessions.run("one") }
        let second = try await sessions.run("one") { $0.isUnattended = true }

        #expect(refusal?.message.contains("is not a journal") == true, "\(String(describing: refusal))")
        let notices = second.ledger.notices.map(\.reason.label)
        #expect(notices.contains("taken-over") && notices.contains("journal-unread"), "\(second.ledger.notices)")
        #expect(second.journalPath != first.journalPath)
        #expect(FileManager.default.contents(atPath: first.journalPath) == bytes, "it is kept for people")
        #expect(rig.record?.run?.id == second.header.run)
        #expect(try JournalReplay.replay(path: second.journalPath).isIdentical)
    }

    @Test("goes on when the API server has another address: its record tells of the run", arguments: [false, true])
    func moved(isUnattended: Bool) async throws {
        let first = try await sessions.run("one")
        let server = rig.cluster.server.url()
        let other = server.replacing("127.0.0.1", with: "localhost")
        let text = try String(contentsOfFile: sessions.kubeconfig, encoding: .utf8)
        let moved = sessions.scratch.path + "/moved"
        try text.replacing(server, with: other).write(toFile: moved, atomically: true, encoding: .utf8)

        let second = try await sessions.run("one") { options in
            options.isUnattended = isUnattended
            options.cluster = ClusterOptions(kubeconfig: moved, environment: [:])
        }

        #expect(other != server)
        #expect(second.header.run == first.header.run)
        #expect(second.journalPath == first.journalPath)
    }

    @Test("is closed by who is unattended when it is another cluster's, and a new run begins; a person is refused")
    func another() async throws {
        let elsewhere = try SessionRig()
        let folder = sessions.scratch.path + "/one"
        let first = try await elsewhere.run("one") { $0.journalDirectory = folder }

        let refusal = await #expect(throws: AgentError.self) { _ = try await sessions.run("one") }
        let second = try await sessions.run("one") { options in
            options.isUnattended = true
            options.retryReason = Reason("retry", "a test asks")
        }

        #expect(refusal?.message.contains("is about \(elsewhere.rig.cluster.server.url())") == true)
        #expect(second.header.run != first.header.run)
        #expect(rig.record?.run?.id == second.header.run)
        #expect(elsewhere.rig.record?.run?.id == first.header.run, "nothing of the other cluster is touched")
    }
}
