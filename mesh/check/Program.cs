using MessageBoard.MeshCheck;

return Command.Run(args, Console.Out, Console.Error);
