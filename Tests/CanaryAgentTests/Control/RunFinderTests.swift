import CanaryAgent
import CanaryCore
import CanaryJournal
import Foundation
import Testing

@Suite("RunFinder")
struct RunFinderTests {
    private let scratch: Scratch
    private var home: String { scratch.path + "/home" }

    init() throws { scratch = try Scratch() }

    private var finder: RunFinder {
        RunFinder(home: home) { path in
            #expect(path == scratch.path + "/canary.yaml")
            return ("test1", "demo4")
        }
    }

    /// A folder with a run's lock.
    private func make(_ name: String) throws {
        let directory = try JournalDirectory(path: home + "/" + name)
        try directory.lock().release()
    }

    private func error(_ body: () throws -> RunFinder.Found) throws -> AgentError {
        try #require(throws: AgentError.self, performing: body)
    }

    @Test("without an argument the only run is meant, or the only one that is running")
    func nothing() throws {
        #expect(try error { try finder.find(nil) }.exitCode == .unknown)
        try make("test1-demo4")
        #expect(try finder.find(nil).folder.path == home + "/test1-demo4")
        try make("test1-other")
        let several = try error { try finder.find(nil) }
        #expect(several.exitCode == .usage)
        #expect(several.hint == "name one: test1-demo4, test1-other")
        let lock = try JournalDirectory(path: home + "/test1-other").lock()
        #expect(try finder.find(nil).folder.path == home + "/test1-other")
        lock.release()
    }

    @Test("names find a run with or without its namespace")
    func names() throws {
        try make("test1-demo4")
        try make("test2-demo4")
        try make("test2-api")
        #expect(try finder.find("test1-demo4").folder.path == home + "/test1-demo4")
        #expect(try finder.find("api").folder.path == home + "/test2-api")
        #expect(try error { try finder.find("demo4") }.exitCode == .usage)
        let unknown = try error { try finder.find("nope") }
        #expect(unknown.exitCode == .unknown)
        #expect(unknown.hint == "runs here: test1-demo4, test2-api, test2-demo4")
    }

    @Test("a spec, a folder and a journal lead to the folder")
    func paths() throws {
        try make("test1-demo4")
        let spec = scratch.path + "/canary.yaml"
        try scratch.store("x".utf8, at: spec)
        let journal = home + "/test1-demo4/run-1.journal.zst"
        try scratch.store("x".utf8, at: journal)
        let named = try finder.find(spec)
        #expect(named.folder.path == home + "/test1-demo4" && named.spec == spec)
        #expect(try finder.find(home + "/test1-demo4/").folder.path == home + "/test1-demo4")
        #expect(try finder.find(journal).folder.path == home + "/test1-demo4")
        let elsewhere = try finder.find(spec, journal: home + "/test1-demo4")
        #expect(elsewhere.folder.path == home + "/test1-demo4" && elsewhere.spec == spec)
        #expect(try error { try finder.find(spec, journal: home + "/missing") }.exitCode == .unknown)
    }

    @Test("a spec whose namespace only a cluster knows is found by its name")
    func clusterNamespace() throws {
        let finder = RunFinder(home: home) { _ in (nil, "demo4") }
        let spec = scratch.path + "/canary.yaml"
        try scratch.store("x".utf8, at: spec)
        #expect(try error { try finder.find(spec) }.exitCode == .unknown)
        try make("blue-demo4")
        #expect(try finder.find(spec).folder.path == home + "/blue-demo4")
        try make("green-demo4")
        #expect(try error { try finder.find(spec) }.exitCode == .usage)
    }

    @Test("a lock that is held is seen with its process, by any number that look at once")
    func holder() throws {
        try make("a")
        let folder = RunFolder(path: home + "/a")
        #expect(try folder.holder() == .nobody)
        let lock = try JournalDirectory(path: folder.path).lock()
        for _ in 0..<3 {
            #expect(try folder.holder() == .process(ProcessInfo.processInfo.processIdentifier))
        }
        lock.release()
        #expect(try folder.holder() == .nobody)
    }
}
