import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport

/// `haldane status`: where a run is.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say where a run is: step, weights, verdict, what happens next; or how it ended.",
        discussion: """
            Asks the process that runs it, or else reads its journal. With --cluster or --namespace: how the Canary of that name \
            stands, or all of the namespace as a table; its code is that of the worst.

            exit codes: 0 nothing is wrong, or promoted; 1 undecided, paused, interrupted, held, stopped; \
            2 degraded, rolling back, rolled back; 3 no usable telemetry, the process went without a word, \
            or no such run.

            examples:
              haldane status
              haldane status canary.yaml
              haldane status test1-demo4 --output json
              haldane status reviews -n shop
              haldane status --all-namespaces
            """
    )

    @OptionGroup var choice: RunChoice
    @OptionGroup var place: InClusterOptions

    @Flag(name: [.customShort("A"), .long], help: "The Canaries of all namespaces of the cluster.")
    var allNamespaces = false

    @OptionGroup var cluster: ClusterFlags
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if allNamespaces, place.namespace != nil || choice.run != nil {
            throw ValidationError("--all-namespaces goes with neither a name nor --namespace.")
        }
    }

    func run() async throws {
        try await conclude(output) {
            if place.isMeant || allNamespaces {
                let status = ClusterStatus(place: place, cluster: cluster, output: output)
                guard let name = choice.run else { return try await status.all(everywhere: allNamespaces) }
                return try await status.one(name)
            }
            let found = try choice.find()
            let status = try await RunLook.status(found, resumption: choice.resumption(found))
            switch output.output {
            case .json: Console.output.write(status.json())
            case .text: Console.output.write(status.text(style: Console.output.style))
            }
            return status.code
        }
    }
}
