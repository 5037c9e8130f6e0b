import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryTestKit
import Foundation
import Testing

@Suite("Agent server", .serialized, .timeLimit(.minutes(1)))
struct AgentServerTests {
    @Test("answers with the agent, with a namespace of it, and with each of its runs")
    func pages() async throws {
        let (rig, run) = (AgentPageRig(), await PageRig())
        run.showStep()
        rig.agent.begin([ShownAgent.canary("demo4"), ShownAgent.canary("web", in: "shop")])
        rig.agent.set(run.board, of: ShownAgent.key("demo4"))

        try await rig.serve { port in
            for (path, type, part) in [
                ("/", "text/html; charset=utf-8", "href=\"run/test1/demo4/\""),
                ("/fragment", "text/html; charset=utf-8", "<th scope=\"row\">shop/web</th>"),
                ("/namespace/shop/", "text/html; charset=utf-8", "shop/web"),
                ("/namespace/shop/fragment", "text/html; charset=utf-8", "aria-current=\"page\">shop"),
                ("/status.json", "application/json", #""schema":"haldane.agent/1""#),
                ("/metrics", "text/plain; version=0.0.4; charset=utf-8", "haldane_agent_active_rollouts 1"),
                ("/healthz", "text/plain; charset=utf-8", "ok: 1 s since"),
                ("/readyz", "text/plain; charset=utf-8", "ok"),
                ("/run/test1/demo4/", "text/html; charset=utf-8", "<a href=\"../../../\">All canaries</a>"),
                ("/run/test1/demo4/fragment", "text/html; charset=utf-8", "comparing, step 1"),
                ("/run/test1/demo4/status.json", "application/json", #""schema":"haldane.status/1""#),
                ("/run/test1/demo4/metrics", "text/plain; version=0.0.4; charset=utf-8", #"phase="baking"} 0"#),
                ("/run/test1/demo4/healthz", "text/plain; charset=utf-8", "ok"),
            ] {
                let got = try #require(try await PageClient.ask(path, port: port))
                #expect(got.status == 200, "\(path)")
                #expect(got.fields["content-type"] == type, "\(path)")
                #expect(got.body.contains(part), "\(path): \(got.body.prefix(300))")
                #expect(got.fields["content-security-policy"]?.contains("default-src 'none'") == true)
                #expect(got.fields["cache-control"] == "no-store")
                let head = try #require(try await PageClient.ask(path, port: port, method: "HEAD"))
                #expect(head.status == 200 && head.body.isEmpty, "\(path)")
            }
            let shop = try await PageClient.ask("/namespace/shop/fragment", port: port)
            #expect(shop?.body.contains("demo4</") == false)
            let metrics = try await PageClient.ask("/metrics", port: port)
            let phase = #"haldane_run_phase{namespace="test1",canary="demo4",phase="analyzing"} 1"#
            #expect(metrics?.body.contains(phase) == true)
        }
    }

    @Test("a path without its last slash is sent there, and what is not there is not found")
    func places() async throws {
        let (rig, run) = (AgentPageRig(), await PageRig())
        rig.agent.begin([ShownAgent.canary("demo4")])
        rig.agent.set(run.board, of: ShownAgent.key("demo4"))

        try await rig.serve { port in
            for (path, place) in [
                ("/run/test1/demo4", "demo4/"), ("/namespace/test1", "test1/"), ("/namespace/%2e%2e", "%2E%2E/"),
            ] {
                let got = try #require(try await PageClient.ask(path, port: port))
                #expect(got.status == 308, "\(path)")
                #expect(got.fields["location"] == place)
            }
            for path in [
                "/run", "/run/", "/run/test1", "/run/test1/", "/run/test1/other/", "/run/test1/demo4/x", "//",
                "/report",
                "/run/test1/demo4/metrics/", "/run/%zz/demo4/", "/namespace", "/namespace/", "/namespace/a/metrics",
                "/namespace/a/b/c", "/run/test1/demo4//", "/run//demo4/",
            ] {
                #expect(try await PageClient.ask(path, port: port)?.status == 404, "\(path)")
            }
            for path in ["/", "/metrics", "/namespace/test1/", "/run/test1/demo4/", "/run/test1/demo4/metrics"] {
                let answer = try #require(try await PageClient.ask(path, port: port, method: "POST"))
                #expect(answer.status == 405 && answer.fields["allow"] == "GET, HEAD", "\(path)")
            }
            #expect(try await PageClient.ask("/", port: port, host: "evil.example")?.status == 421)
        }
    }

    @Test("probes that come by the pod's address are answered where the page listens for all")
    func probes() async throws {
        let rig = AgentPageRig()

        try await rig.serve(at: "0.0.0.0:0") { port in
            let early = try #require(try await PageClient.ask("/readyz", port: port, host: "10.1.2.3:9911"))
            #expect(early.status == 503 && early.body.contains("not listed yet"))
            #expect(try await PageClient.ask("/healthz", port: port, host: "10.1.2.3:9911")?.status == 200)
            #expect(try await PageClient.ask("/", port: port)?.body.contains("about to begin") == true)
            #expect(try await PageClient.ask("/status.json", port: port)?.status == 503)
            let metrics = try await PageClient.ask("/metrics", port: port)
            #expect(metrics?.body.contains("haldane_agent_is_ready 0") == true)

            rig.agent.begin([])
            #expect(try await PageClient.ask("/readyz", port: port, host: "10.1.2.3:9911")?.status == 200)
            rig.agent.stick()
            let stuck = try #require(try await PageClient.ask("/healthz", port: port))
            #expect(stuck.status == 503 && stuck.body.hasPrefix("stuck"))
        }
    }

    @Test("a run that has ended stays readable, is counted, and its journal is let go")
    func ended() async throws {
        let (rig, run) = (AgentPageRig(), await PageRig())
        run.showAll()
        rig.agent.begin([ShownAgent.canary("demo4")])
        rig.agent.set(run.board, of: ShownAgent.key("demo4"))

        try await rig.serve { port in
            #expect(try await PageClient.ask("/run/test1/demo4/", port: port)?.status == 200)
            rig.agent.set(nil, of: ShownAgent.key("demo4"))

            let page = try #require(try await PageClient.ask("/run/test1/demo4/fragment", port: port))
            #expect(page.status == 200 && page.body.contains("promoted"))
            let metrics = try #require(try await PageClient.ask("/metrics", port: port)).body
            #expect(metrics.contains(#"haldane_agent_rollouts_total{outcome="promoted"} 1"#))
            #expect(metrics.contains("haldane_agent_active_rollouts 0"))
            #expect(metrics.contains(#"haldane_run_outcome{namespace="test1",canary="demo4",outcome="promoted"} 1"#))
        }
    }

    @Test("only the last twenty that ended are kept, and one that goes on is never dropped")
    func bounded() async throws {
        let (rig, run) = (AgentPageRig(), await PageRig())
        run.showStep()
        rig.agent.begin([])
        rig.agent.set(run.board, of: ShownAgent.key("demo4"))

        try await rig.serve { port in
            for index in 0..<30 {
                let (key, path) = (ShownAgent.key("svc-\(index)"), "/run/test1/svc-\(index)/")
                rig.agent.set(StatusBoard(version: "9.9.9"), of: key)
                let begun = try await PageClient.ask(path, port: port)
                #expect(begun?.status == 200)
                rig.agent.set(nil, of: key)
                let ended = try await PageClient.ask(path, port: port)
                #expect(ended?.status == 200)
            }
            #expect(try await PageClient.ask("/run/test1/svc-9/", port: port)?.status == 404)
            #expect(try await PageClient.ask("/run/test1/svc-10/", port: port)?.status == 200)
            #expect(try await PageClient.ask("/run/test1/demo4/", port: port)?.status == 200)
        }
    }

    @Test("the next run of a canary takes the place of the last one")
    func replaced() async throws {
        let (rig, first, second) = (AgentPageRig(), await PageRig(), await PageRig())
        first.showAll()
        second.showStep()
        rig.agent.begin([ShownAgent.canary("demo4")])
        rig.agent.set(first.board, of: ShownAgent.key("demo4"))

        try await rig.serve { port in
            let path = "/run/test1/demo4/fragment"
            #expect(try await PageClient.ask(path, port: port)?.body.contains("promoted") == true)
            rig.agent.set(second.board, of: ShownAgent.key("demo4"))
            #expect(try await PageClient.ask(path, port: port)?.body.contains("comparing") == true)
            let metrics = try #require(try await PageClient.ask("/metrics", port: port)).body
            #expect(metrics.components(separatedBy: "haldane_run_info{").count == 2)
            #expect(metrics.contains(#"haldane_agent_rollouts_total{outcome="promoted"} 1"#))
        }
    }

    @Test("the agent's page and a run's page are followed live, each to its own end")
    func streams() async throws {
        let (rig, run) = (AgentPageRig(), await PageRig())
        run.showStep()
        rig.agent.begin([ShownAgent.canary("demo4")])
        rig.agent.set(run.board, of: ShownAgent.key("demo4"))
        let late = KeptClient()

        try await rig.serve { port in
            let fleet = try PageClient(port: port)
            await fleet.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(await fleet.read(until: "event: changed").contains("text/event-stream"))
            let one = try PageClient(port: port)
            await one.send("GET /run/test1/demo4/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(await one.read(until: "event: changed").contains("event: changed"))

            rig.agent.say("something new", of: ShownAgent.key("demo4"))
            #expect(await fleet.read(until: "event: changed").contains("event: changed"))

            run.showAll()
            rig.agent.set(nil, of: ShownAgent.key("demo4"))
            let end = await one.readAll()
            #expect(end.contains("event: finished") && end.contains("promoted"))
            await late.keep(fleet)
        }

        let rest = await late.client?.readAll() ?? ""
        #expect(rest.contains("event: finished"))
        #expect(rest.contains("something new"))
    }

    @Test("the page of a thousand canaries is bounded, and rendered once for many readers")
    func large() async throws {
        let rig = AgentPageRig()
        rig.agent.begin((0..<1000).map { ShownAgent.canary("svc-\($0)", in: "team-\($0 % 40)") })

        try await rig.serve { port in
            let first = try #require(try await PageClient.ask("/", port: port))
            #expect(first.body.contains("The 500 of 1,000 canaries"))
            #expect(first.body.utf8.count < 400_000)
            let began = ContinuousClock.now
            for _ in 0..<20 { #expect(try await PageClient.ask("/fragment", port: port)?.status == 200) }
            #expect(began.duration(to: .now) < .seconds(5))
        }
    }
}

/// Keeps a client beyond the closure that made it.
private actor KeptClient {
    private(set) var client: PageClient?

    func keep(_ client: PageClient) { self.client = client }
}
