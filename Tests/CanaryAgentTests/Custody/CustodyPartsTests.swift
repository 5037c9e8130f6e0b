import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryKubernetes
import CanaryTelemetry
import CanaryYAML
import Foundation
import Testing

/// Records as annotations.
enum CustodyText {
    static func annotated(_ metadata: JSONValue?, _ record: RolloutRecord) -> JSONValue {
        var members = metadata?.members ?? [:]
        var texts = metadata?["annotations"]?.members ?? [:]
        let data = (try? JSONEncoder().encode(record)) ?? Data()
        texts[RolloutObject.recordKey] = .string(String(decoding: data, as: UTF8.self))
        members["annotations"] = .object(texts)
        return .object(members)
    }
}

@Suite("The parts of a custody")
struct CustodyPartsTests {
    @Test(
        "objects are called after their canary, within what a name may be",
        arguments: [
            ("demo4", "haldane-demo4"), ("a.b-c", "haldane-a.b-c"), ("agent-1", nil),
            (String(repeating: "x", count: 253), nil),
            ("../../etc", nil), ("Ä", nil), ("", nil), ("a..b", nil),
        ] as [(String, String?)]
    )
    func names(canary: String, expected: String?) {
        let name = RolloutObject.name(of: canary)
        if let expected { #expect(name == expected) }
        #expect(name.utf8.count <= 253)
        #expect(name.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-.".utf8.contains($0) })
        #expect(expected != nil || name != "haldane-" + canary)
    }

    @Test("the processes of a folder follow each other at once; a copy of the folder proves nothing")
    func identity() throws {
        let scratch = try Scratch()
        func make(_ path: String) throws -> HolderIdentity {
            let directory = try JournalDirectory(path: path)
            let lock = try directory.lock()
            let identity = HolderIdentity.make(nil, in: directory, lock: lock)
            lock.release()
            return identity
        }
        let first = try make("\(scratch.path)/one")
        let second = try make("\(scratch.path)/one")
        #expect(first.predecessors.isEmpty)
        #expect(second.predecessors == [first.name])
        try FileManager.default.copyItem(atPath: "\(scratch.path)/one", toPath: "\(scratch.path)/two")
        let copied = try make("\(scratch.path)/two")
        #expect(copied.predecessors.isEmpty)
        #expect(first.name != second.name)
    }

    @Test("a process of the same name is succeeded at once in its folder, known by its instance")
    func sameName() throws {
        let scratch = try Scratch()
        let directory = try JournalDirectory(path: "\(scratch.path)/one")
        let lock = try directory.lock()
        _ = HolderIdentity.make("agent", in: directory, lock: lock)
        let path = "\(scratch.path)/one/holder"
        let before = try String(contentsOfFile: path, encoding: .utf8)
        try before.replacing(LeaseInstance.own, with: "dead").write(toFile: path, atomically: true, encoding: .utf8)
        let next = HolderIdentity.make("agent", in: directory, lock: lock)
        lock.release()

        #expect(next.predecessors == ["dead"])
    }

    @Test(
        "a takeover from objects alone asks the pods of its own namespace and servers that it was told of, and no others"
    )
    func trust() throws {
        func blindness(
            _ telemetry: TelemetrySpec,
            _ trust: Takeover.Trust = Takeover.Trust(),
            host: String? = nil
        ) throws -> (String?, Int) {
            var spec = CustodyRig.spec
            spec.telemetry = telemetry
            spec.notify = [NotifyTarget(webhook: "http://169.254.169.254/")]
            if let host { spec.route.canary.host = host }
            let released = try ReleasedRun(spec)
            let options = Takeover.options(
                for: released.orphan,
                released.content,
                cluster: ClusterOptions(environment: [:]),
                home: JournalHome("/tmp/x"),
                identity: "b",
                version: "test",
                trust: trust
            )
            return (options.takeover?.blindness?.label, options.spec.notify.count)
        }
        let server = TelemetrySpec(prometheus: PrometheusSpec(url: "http://prometheus:9090"))
        var tenant = server
        tenant.prometheus?.headers = ["X-Scope-OrgID": "other"]
        let believed = Takeover.Trust(telemetry: [server], notify: [NotifyTarget(webhook: "http://169.254.169.254/")])

        #expect(try blindness(TelemetrySpec(pods: PodScrape())) == (nil, 0))
        #expect(try blindness(server, believed) == (nil, 1))
        #expect(try blindness(server, Takeover.Trust(isTelemetryTrusted: true)) == (nil, 0))
        let elsewhere = "telemetry-elsewhere"
        #expect(try blindness(server).0 == elsewhere)
        #expect(try blindness(tenant, believed).0 == elsewhere)
        #expect(try blindness(TelemetrySpec(targets: ["http://169.254.169.254/"])).0 == elsewhere)
        #expect(try blindness(TelemetrySpec(pods: PodScrape(via: .apiServer))).0 == elsewhere)
        #expect(try blindness(TelemetrySpec(pods: PodScrape(namespace: "kube-system"))).0 == elsewhere)
        #expect(
            try blindness(TelemetrySpec(pods: PodScrape()), host: "x.other.svc.cluster.local").0 == elsewhere
        )
        #expect(try blindness(TelemetrySpec(pods: PodScrape(path: "/admin"), reporter: .source)).0 == elsewhere)
    }

    @Test(
        "silence is counted from the first look, by the watcher's clock; leases of others and without runs are passed over"
    )
    func watch() throws {
        let header = RunRig.header()
        let run = RolloutRecord.Run(header: header, baseline: RouteWeights(stable: 100, canary: 0))
        func lease(_ canary: String, holder: String, version: String, run: RolloutRecord.Run?) -> Lease {
            let metadata = CustodyText.annotated(nil, RolloutRecord(canary: canary, run: run))
            return Lease(
                holder: holder,
                acquired: nil,
                renewed: MicroTime(microseconds: 1),
                duration: .seconds(15),
                transitions: 0,
                resourceVersion: version,
                namespace: "test1",
                name: RolloutObject.name(of: canary),
                annotations: metadata["annotations"]?.strings ?? [:]
            )
        }
        var watch = OrphanWatch(own: "me")
        let start = ContinuousClock.now
        var renewed = lease("b", holder: "y", version: "2", run: run)
        let others = [
            lease("a", holder: "x", version: "1", run: run), lease("c", holder: "x", version: "3", run: nil),
            lease("d", holder: "me", version: "4", run: run),
        ]
        let free = lease("e", holder: "", version: "5", run: run)
        var wrong = free
        wrong.name = "haldane-other"

        #expect(watch.look(at: others + [renewed, wrong], uptime: start).isEmpty)
        #expect(watch.patience(for: others + [renewed]) == .seconds(15))
        renewed.resourceVersion = "9"
        let found = watch.look(at: others + [renewed, free, wrong], uptime: start.advanced(by: .seconds(15)))
        #expect(found.map(\.key.name) == ["a", "e"])
        #expect(found.map(\.cause) == [.silent(.seconds(15)), .released])
        // Forgotten when it was gone for a look.
        _ = watch.look(at: [], uptime: start.advanced(by: .seconds(20)))
        #expect(watch.look(at: others, uptime: start.advanced(by: .seconds(40))).isEmpty)
    }

    @Test("a takeover from objects alone uses no file and no variable of this machine")
    func options() throws {
        var spec = CustodyRig.spec
        spec.notify = [NotifyTarget(webhook: "${SECRET}"), NotifyTarget(webhook: "http://127.0.0.1:1/")]
        var route = spec.route
        route.file = "/etc/passwd"
        route.commits = true
        spec.route = route
        let released = try ReleasedRun(spec)

        let options = Takeover.options(
            for: released.orphan,
            released.content,
            cluster: ClusterOptions(environment: [:]),
            home: JournalHome("/tmp/x"),
            identity: "b",
            version: "test"
        )

        #expect(options.route == .cluster)
        #expect(options.spec.route.file == nil && !options.spec.route.commits)
        #expect(options.spec.notify.isEmpty, "addresses are the operator's to name")
        #expect(options.journalDirectory == "/tmp/x/test1-demo4")
        // Its targets are addresses of another machine.
        #expect(options.takeover?.blindness?.label == "telemetry-elsewhere")
        #expect(options.live.telemetry.targets.isEmpty)
    }
}
