import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryYAML
import Testing

/// One release after another, unattended.
@Suite("Agent: releases", .timeLimit(.minutes(2)))
struct AgentReleaseTests {
    @Test("an image change is promoted, and the next one goes into the other slot, without a file being touched")
    func alternating() async throws {
        let rig = try AgentRig("shop")
        rig.start()
        let shop = rig.service("shop")

        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        #expect(rig.weights("shop") == [100, 0])
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: shop)
        #expect(await rig.eventually { rig.status("shop")?["lastRun"]?["outcome"]?.string == "promoted" }, "\(rig.log)")
        #expect(rig.weights("shop") == [0, 100])
        #expect(rig.status("shop")?["lastRun"]?["canaryImage"]?.string == "shop:aaaaaaaaaa")
        #expect(await rig.eventually { rig.status("shop")?["stableImage"]?.string == "shop:aaaaaaaaaa" }, "\(rig.log)")
        try rig.fleet.deploy("bbbbbbbbbb", to: .v1, of: shop)
        #expect(
            await rig.eventually {
                rig.weights("shop") == [100, 0] && rig.status("shop")?["lastRun"]?["outcome"]?.string == "promoted"
                    && rig.status("shop")?["run"] == nil
            },
            "\(rig.log)"
        )
        await rig.stop()

        let begins = rig.log.filter { $0.contains("event=begin") }
        #expect(begins.count == 2, "\(begins)")
        #expect(begins.last?.contains("image=shop:bbbbbbbbbb stable=shop:aaaaaaaaaa") == true, "\(begins)")
        let audits = rig.log.filter { $0.contains("event=audit") }
        #expect(audits.count == 4, "\(audits)")
        #expect(audits.allSatisfy { $0.contains("actor=agent-1") && $0.contains("namespace=test1") })
        for (audit, change) in zip(audits, ["100/0 to=80/20", "80/20 to=0/100", "100/0 to=80/20", "80/20 to=0/100"]) {
            #expect(audit.contains("from=\(change)"), "\(audits)")
        }
    }

    @Test("a release that is rolled back is not tried again before somebody asks for it")
    func rolledBack() async throws {
        let rig = try AgentRig("shop")
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")

        try rig.fleet.deploy("bad1bad1bad", to: .v2, of: rig.service("shop"))
        #expect(
            await rig.eventually {
                rig.status("shop")?["lastRun"]?["outcome"]?.string.map { $0.hasPrefix("rolledBack") } == true
            },
            "\(rig.log)"
        )
        #expect(await rig.isReady("shop", "RolledBack"), "\(rig.log)")
        #expect(rig.weights("shop") == [100, 0])
        let first = rig.status("shop")?["lastRun"]?["id"]?.string
        try rig.ask(.retry, of: "shop", id: "again-001")
        #expect(await rig.eventually { rig.status("shop")?["request"]?["result"]?.string == "accepted" }, "\(rig.log)")
        #expect(
            await rig.eventually {
                rig.status("shop")?["lastRun"]?["id"]?.string.map { $0 != first } == true
            },
            "\(rig.log)"
        )
        await rig.stop()

        #expect(rig.log.filter { $0.contains("event=begin") }.count == 2)
        #expect(rig.weights("shop") == [100, 0])
    }

    @Test("an object that cannot be used says so and disturbs nobody; one that is deleted is forgotten")
    func invalid() async throws {
        let rig = try AgentRig("shop")
        try rig.fleet.server.apply(
            yaml: """
                apiVersion: haldane.dev/v1
                kind: Canary
                metadata: { name: broken, namespace: test1 }
                spec: { route: { virtualService: nothing-of-this-name } }

                """
        )
        rig.start()

        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        #expect(await rig.eventually { rig.status("broken")?["conditions"] != nil }, "\(rig.log)")
        let stalled = rig.status("broken")?["conditions"]?.items?.first { $0["type"]?.string == "Stalled" }
        #expect(stalled?["status"]?.string == "True", "\(String(describing: rig.status("broken")))")
        rig.fleet.server.delete(.canaries, "broken", in: AgentRig.namespace)
        #expect(await rig.eventually { rig.board.snapshot?.canaries.map(\.key.name) == ["shop"] })
        #expect(rig.board.readiness.isGood, "\(rig.board.readiness.words)")
        #expect(rig.board.health().isGood)
        await rig.stop()
    }

    @Test("a Canary that is deleted in the middle of its run takes its weights back first")
    func deleted() async throws {
        let rig = try AgentRig("shop", halts: true)
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")

        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.eventually { rig.weights("shop") == [80, 20] }, "\(rig.log)")
        rig.fleet.server.delete(.canaries, "shop", in: AgentRig.namespace)
        #expect(await rig.eventually { rig.weights("shop") == [100, 0] }, "\(rig.log)")
        await rig.stop()

        #expect(rig.log.contains { $0.contains("event=removed") })
    }

    @Test("a Canary that was deleted while no agent was alive has its run taken back by the next one")
    func deletedMeanwhile() async throws {
        let rig = try AgentRig("shop", halts: true)
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.eventually { rig.weights("shop") == [80, 20] }, "\(rig.log)")
        await rig.stop()
        #expect(rig.weights("shop") == [80, 20])

        rig.fleet.server.delete(.canaries, "shop", in: AgentRig.namespace)
        let next = try AgentRig("shop", identity: "agent-2", beside: rig)
        next.start()
        #expect(await next.eventually { next.weights("shop") == [100, 0] }, "\(next.log)")
        await next.stop()

        #expect(next.log.contains { $0.contains("event=removed") && $0.contains("deleted in the middle of its run") })
        #expect(!next.log.contains { $0.contains("event=audit") && $0.contains("to=0/100") })
    }

    @Test("an attempt that fails after it has claimed the Lease waits before the next one")
    func failedAttempt() async throws {
        let rig = try AgentRig("shop")
        // Nobody answers there, which is noticed with the Lease in hand.
        try rig.fleet.server.apply(
            yaml: """
                apiVersion: haldane.dev/v1
                kind: CanaryPolicy
                metadata: { name: default, namespace: haldane-system }
                spec: { defaults: { telemetry: { prometheus: { url: "http://127.0.0.1:1" } }, steps: [20%, 100%] } }

                """
        )
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        func attempts() -> Int { rig.log.count { $0.contains("event=not-begun") } }
        #expect(await rig.eventually { attempts() > 0 }, "\(rig.log)")
        // The second one comes after five seconds.
        #expect(await !rig.eventually(within: .seconds(3)) { attempts() > 1 }, "\(rig.log)")
        await rig.stop()
    }

    @Test("what cannot be listed yet is not said to be missing")
    func unlisted() async throws {
        let rig = try AgentRig("shop")
        let fault = rig.fleet.server.inject(
            Fault(.status(.serverError), on: ["list"], kind: .virtualServices, times: nil)
        )
        rig.start()
        #expect(await rig.eventually { rig.log.contains { $0.contains("what=mirrors") } }, "\(rig.log)")
        #expect(rig.status("shop") == nil)
        rig.fleet.server.clear(fault: fault)
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        await rig.stop()

        #expect(!rig.log.contains { $0.contains("event=invalid") }, "\(rig.log)")
    }

    @Test("without any definition a folder of files is as good")
    func folder() async throws {
        let text = """
            apiVersion: haldane.dev/v1
            kind: CanaryPolicy
            metadata: { name: default, namespace: haldane-system }
            spec:
              defaults:
                telemetry: { scrape: { pods: { port: 15020, via: direct } } }
                steps: [20%, 100%]
                pace: { interval: 5s, history: 150s, settle: 5s, warmup: 0s, deadline: 20m, bake: 30s }
            ---
            # A comment alone is no document.
            ---
            apiVersion: haldane.dev/v1
            kind: Canary
            metadata: { name: shop }
            spec: { route: { virtualService: shop } }

            """
        let rig = try AgentRig("shop", specs: ["all.yaml": text, "notes.txt": "no", "bad.yaml": "a: [1"])
        rig.fleet.server.serve(.canaries, versions: [])
        rig.fleet.server.serve(.canaryPolicies, versions: [])
        rig.start()

        #expect(await rig.eventually { rig.log.contains { $0.contains("reason=first-sight") } }, "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.eventually { rig.weights("shop") == [0, 100] }, "\(rig.log)")
        await rig.stop()

        #expect(rig.log.contains { $0.contains("event=unreadable") && $0.contains("bad.yaml") })
        #expect(rig.log.contains { $0.contains("event=started") && $0.contains("agent_namespace=haldane-system") })
        let first = try #require(rig.log.first { $0.contains("event=audit") })
        #expect(first.contains("reason=history-complete message=\"stable was watched for "), "\(first)")
        #expect(first.contains("which completes its history, and nothing is against the step to 20 %"), "\(first)")
    }
}
