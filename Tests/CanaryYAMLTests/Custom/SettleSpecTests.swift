import CanaryCore
import CanaryYAML
import Testing

@Suite("route.settle: the final weights as a commit")
struct SettleSpecTests {
    private func decode(_ route: String) throws(SpecError) -> DecodedSpec {
        let text = """
            apiVersion: haldane.dev/v1
            kind: Canary
            metadata: { name: demo4 }
            spec:
              route: \(route)
              telemetry: { scrape: { pods: {} } }

            """
        return try SpecDecoder.decode(text: text, file: "specs/c.yaml")
    }

    @Test("the file is relative to the spec, a branch is pushed to without another word")
    func decoded() throws {
        let plain = try decode("{ virtualService: a, settle: { file: apps/route.yaml } }")
        #expect(plain.spec.route.settle == SettleSpec(file: "apps/route.yaml"))
        #expect(plain.settleFile(specFile: "specs/c.yaml") == "specs/apps/route.yaml")
        let branch = try decode("{ virtualService: a, settle: { file: /srv/r.yaml, branch: haldane/demo4 } }")
        #expect(branch.spec.route.settle == SettleSpec(file: "/srv/r.yaml", pushes: true, branch: "haldane/demo4"))
        #expect(branch.settleFile(specFile: "specs/c.yaml") == "/srv/r.yaml")
        let shared = try decode("{ virtualService: a, settle: { file: r.yaml, repository: main, push: true } }")
        #expect(shared.spec.route.settle == SettleSpec(file: "r.yaml", repository: "main", pushes: true))
        #expect(shared.settleFile(specFile: "specs/c.yaml") == nil)

        let values = EffectiveSpec(shared).entries.filter { $0.path.hasPrefix("route.settle") }
        #expect(
            values.map { "\($0.path)=\($0.value)" } == [
                "route.settle.file=r.yaml", "route.settle.repository=main", "route.settle.push=true",
                "route.settle.branch=-",
            ]
        )
        #expect(values.first?.origin.description == "specs/c.yaml:5")
    }

    @Test(
        "what contradicts itself, or git would not take, is refused with its place",
        arguments: [
            (
                "{ virtualService: a, file: r.yaml, settle: { file: r.yaml } }",
                "route.settle is for a route in a cluster"
            ),
            ("{ virtualService: a, settle: {} }", "route.settle.file is missing"),
            ("{ virtualService: a, settle: { push: true } }", "route.settle.file is missing"),
            ("{ virtualService: a, settle: { file: r.yaml, push: false, branch: b } }", "contradicts"),
            ("{ virtualService: a, settle: { file: r.yaml, branch: --upload-pack=x } }", "no name that git takes"),
            ("{ virtualService: a, settle: { file: r.yaml, branch: \"a:b\" } }", "no name that git takes"),
            ("{ virtualService: a, settle: { file: r.yaml, branch: a..b } }", "no name that git takes"),
            ("{ virtualService: a, settle: { file: r.yaml, repository: ../x } }", "route.settle.repository must be"),
            ("{ virtualService: a, settle: { file: r.yaml, pushes: true } }", "did you mean 'push'"),
        ]
    )
    func refused(route: String, words: String) throws {
        do throws(SpecError) {
            _ = try decode(route)
            Issue.record("accepted")
        } catch {
            #expect("\(error)".contains(words), "\(error)")
            #expect("\(error)".contains("specs/c.yaml:5"), "\(error)")
        }
    }

    private static let policy = "  repositories: { main: { directory: /repositories/main } }"

    private func resolve(_ settle: JSONValue, cluster: String? = Self.policy) throws -> String {
        let policy = try cluster.map { try SampleNamespace.policy($0) }
        do throws(SpecError) {
            let resolved = try CanaryCascade.resolve(
                SampleNamespace.canary(["route": ["virtualService": "demo4-vs", "settle": settle]]),
                cluster: policy,
                namespace: nil,
                facts: SampleNamespace.facts,
                trust: .object
            )
            return resolved.spec.route.settle.map { "\($0.repository ?? "-"):\($0.file)" } ?? "none"
        } catch {
            return error.summary
        }
    }

    @Test("an object of the cluster may commit below a repository that the cluster's policy names")
    func allowed() throws {
        #expect(try resolve(["repository": "main", "file": "apps/shop/r.yaml"]) == "main:apps/shop/r.yaml")
        let review: JSONValue = ["repository": "main", "file": "r.yaml", "branch": "haldane/demo4"]
        #expect(try resolve(review) == "main:r.yaml")
        #expect(try SampleNamespace.policy(Self.policy).repositories == ["main": "/repositories/main"])
    }

    @Test(
        "and nowhere else, with what to ask for",
        arguments: [
            (["file": "r.yaml"], "needs a repository", "main"),
            (["file": "/etc/passwd"], "needs a repository", "main"),
            (["repository": "other", "file": "r.yaml"], "no repository 'other'", "there is main"),
            (["repository": "main", "file": "../r.yaml"], "must stay below", "apps/shop"),
            (["repository": "main", "file": "/r.yaml"], "must stay below", "apps/shop"),
            (["repository": "main", "file": "a/./../../b"], "must stay below", "apps/shop"),
            (["repository": "main", "file": ".git/config"], "must stay below", "apps/shop"),
            (["repository": "main", "file": "r.yaml", "branch": "main"], "must begin with haldane/", "haldane/demo4"),
        ] as [(JSONValue, String, String)]
    )
    func confined(settle: JSONValue, words: String, hint: String) throws {
        let text = try resolve(settle)
        #expect(text.contains(words) && text.contains(hint), "\(text)")
        #expect(try resolve(settle, cluster: nil).contains("platform's team"))
    }

    @Test(
        "a policy's repository is an absolute folder, and only the cluster's counts",
        arguments: ["relative", "/a/../b", "/", "/${HOME}"]
    )
    func policies(directory: String) throws {
        let error = #expect(throws: SpecError.self) {
            _ = try SampleNamespace.policy("  repositories: { main: { directory: \"\(directory)\" } }")
        }
        #expect(error?.summary.contains("absolute path") == true)
    }

    @Test("what a policy presets names no file of a canary")
    func preset() throws {
        let error = #expect(throws: SpecError.self) {
            _ = try SampleNamespace.policy("  defaults: { route: { settle: { file: a } } }")
        }
        #expect(error?.summary.contains("cannot be preset") == true)
    }
}
