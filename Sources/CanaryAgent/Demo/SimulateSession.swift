import CanaryCore
package import CanarySimulator

/// The simulated mesh alone: serves pages, obeys the route file, until it is interrupted.
package struct SimulateSession {
    private let options: DemoOptions
    private let listening: @Sendable ([String], String) -> Void
    private let inbox: RunInbox

    /// `listening` is told the URLs of the pages and the path of the spec that was written for them.
    package init(
        options: DemoOptions,
        listening: @escaping @Sendable ([String], String) -> Void,
        inbox: RunInbox
    ) {
        self.options = options
        self.listening = listening
        self.inbox = inbox
    }

    package func run() async throws(AgentError) -> MeshTruth {
        let mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: options.scenario, seed: options.seed))
        let server = MeshServer(mesh: mesh)
        do {
            let targets = try await server.start()
            let files = try DemoDirectory.prepare(options, targets: targets)
            listening(targets, files.specPath)
            await serve(server, MeshWeights(path: files.route, spec: files.spec))
            let truth = await server.truth
            await server.stop()
            return truth
        } catch let error as AgentError {
            await server.stop()
            throw error
        } catch {
            await server.stop()
            throw AgentError("the simulation could not run", cause: "\(error)")
        }
    }

    private func serve(_ server: MeshServer, _ weights: MeshWeights) async {
        let (speed, inbox) = (options.speed, self.inbox)
        await withTaskGroup { group in
            group.addTask {
                // Ends by cancellation, when the process is asked to leave.
                try? await server.run(
                    speed: speed,
                    on: ContinuousClock(),
                    canaryShare: { await weights.canaryShare() },
                    onForeignWrite: { await weights.reset() }
                )
            }
            group.addTask {
                while !inbox.isUrgent, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }
            }
            await group.next()
            group.cancelAll()
        }
    }
}
