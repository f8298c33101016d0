namespace MessageBoard.MeshCheck;

/// <summary>The help.</summary>
internal static class Usage
{
    public const string Text = """
        Usage: mesh-check [OPTION...] FILE|FOLDER... | --context CONTEXT... [FILE...]

        Checks Istio resources as `istioctl validate` does, without a cluster, and says
        what of them the local mesh carries out; or where a request goes by them.
        Folders are searched for *.yaml and *.yml, with all folders below: a folder
        above has the say over what is of the same name below it.

          --request 'GET http://HOST/PATH'   where does this request go?
          -H, --header 'NAME: VALUE'         a header of it, as often as you like
          --from WHO              who sends it: a workload of the files, app=NAME and
                                  other labels, NAMESPACE/ before either, or
                                  gateway:NAMESPACE/NAME; else anybody
          --explain               and why not by the rules before
          --tests FILE|FOLDER...  runs tests, as istio-config-validator has them
          --junit FILE            writes their results as JUnit's XML
          --context CONTEXT       takes the resources of a live cluster, as often as you
                                  like, and says what differs; files are a proposal
                                  then: what breaks, and which routes would change
          --kubeconfig FILE       where contexts stand; else as for kubectl
          --fail-on LEVEL         exits with 1 on a warning, or on an error only
          --json                  the same for machines
          --help                  this text

        A line for each resource, and below it why it is refused; as a warning, with
        the code of `istioctl analyze`, what is hardly meant so, is not there or is in
        force in another resource; as a note, what is accepted and has no effect on one
        machine. With a request or tests only their answers are told, and what is
        refused. Other systems' kinds are passed over by name, but Kubernetes' Services
        count as services. Subsets and services are looked up in the given files, where
        these have any DestinationRule or any service at all.

        Exit code: 0 all is well, 1 something is refused (or warned of, where that is
        to fail), a test fails, the request goes nowhere, or files break a route that
        is not theirs, 2 something could not be read, or a wrong option.
        """;
}
