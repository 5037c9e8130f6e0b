import CanaryTransport
import CanaryYAML

/// A command that gives credentials (`client.authentication.k8s.io`), run when they are needed and not before.
///
/// What it gave is kept until shortly before it expires, or until the server refuses it. Callers that come while it
/// runs wait for the same run.
actor CredentialPlugin {
    /// What a run of the plugin gave.
    struct Credential: Sendable {
        var token: Secret?
        var certificate: PEM?
        var key: PEM?
        /// When it is to be renewed; nil for never.
        var renewal: MicroTime?
        /// The number of the run.
        var run: Int
    }

    private let command: PluginCommand
    private let deadline: Duration
    private let now: @Sendable () -> MicroTime
    private var held: Credential?
    private var runs = 0
    private var running: Task<Result<Credential, KubernetesError>, Never>?

    init(
        _ command: PluginCommand,
        deadline: Duration = .seconds(30),
        now: @escaping @Sendable () -> MicroTime = { MicroTime.now() }
    ) {
        self.command = command
        self.deadline = deadline
        self.now = now
    }

    /// Credentials that are good now.
    func credential() async throws(KubernetesError) -> Credential {
        if let held, held.renewal.map({ now() < $0 }) ?? true { return held }
        if let running { return try await running.value.get() }
        runs += 1
        // Shared by all who wait; it ends by its deadline, whoever is cancelled.
        let task = Task { [command, deadline, now, runs] () -> Result<Credential, KubernetesError> in
            do throws(KubernetesError) {
                return .success(try await Self.run(command, number: runs, deadline: deadline, now: now))
            } catch {
                return .failure(error)
            }
        }
        running = task
        let result = await task.value
        running = nil
        held = try? result.get()
        return try result.get()
    }

    /// Drops what the given run gave, because the server refused it; a newer one stays.
    func forget(run: Int) {
        if held?.run == run { held = nil }
    }

    private static func run(
        _ command: PluginCommand,
        number: Int,
        deadline: Duration,
        now: @Sendable () -> MicroTime
    ) async throws(KubernetesError) -> Credential {
        let ended: ChildCommand.Ending
        do throws(ChildCommand.Failure) {
            ended = try await ChildCommand.run(
                command.command,
                arguments: command.arguments,
                environment: command.environment,
                deadline: deadline
            )
        } catch {
            throw command.failure(error.words, hint: error.isAbsent ? command.installHint : nil)
        }
        guard ended.status == 0 else {
            let talk = Excerpt.of(String(decoding: ended.talk, as: UTF8.self)).split(separator: " ").joined(
                separator: " "
            )
            throw command.failure(
                "it ended with status \(ended.status)" + (talk.isEmpty ? "" : ": \(talk)"),
                hint: "run it by hand; you may have to log in"
            )
        }
        return try command.credential(ended.output, number: number, now: now())
    }
}

extension PluginCommand {
    /// The credential in a plugin's output.
    fileprivate func credential(
        _ output: [UInt8],
        number: Int,
        now: MicroTime
    ) throws(KubernetesError) -> CredentialPlugin.Credential {
        // The output itself is never shown: it is made of secrets.
        guard let json = try? JSONText.parse(output), json["kind"]?.string == "ExecCredential" else {
            throw failure("its output is no ExecCredential")
        }
        guard json["apiVersion"]?.string == apiVersion else {
            throw failure(
                "its output is of another apiVersion than \(apiVersion)",
                hint: "write the plugin's apiVersion into the kubeconfig, or update the plugin"
            )
        }
        guard let status = json["status"] else { throw failure("its output has no status") }
        var credential = CredentialPlugin.Credential(run: number)
        credential.token = status["token"]?.string.flatMap { $0.isEmpty ? nil : Secret(text: $0) }
        credential.certificate = status["clientCertificateData"]?.string.map { PEM(bytes: Array($0.utf8)) }
        credential.key = status["clientKeyData"]?.string.map { PEM(bytes: Array($0.utf8)) }
        guard (credential.certificate == nil) == (credential.key == nil) else {
            throw failure("its output has only one of clientCertificateData and clientKeyData")
        }
        guard credential.token != nil || credential.certificate != nil else {
            throw failure("its output has neither a token nor a certificate")
        }
        if let text = status["expirationTimestamp"]?.string {
            guard let expiry = MicroTime(text) else { throw failure("its expirationTimestamp is no time") }
            // A little early, but never so early that a short-lived one is useless.
            let life = max(0, expiry.microseconds - now.microseconds)
            credential.renewal = MicroTime(microseconds: expiry.microseconds - min(15_000_000, life / 4))
        }
        return credential
    }

    fileprivate func failure(_ cause: String, hint: String? = nil) -> KubernetesError {
        KubernetesError(
            code: .notConfigured,
            message:
                "the credential plugin '\(Excerpt.of(command))' of the user '\(Excerpt.of(user))' gave no credentials",
            cause: cause,
            hint: hint.map { Excerpt.of($0, limit: 600) }
        )
    }
}
