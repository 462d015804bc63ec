%% A TLS client or server on Erlang's ssl application: key=value arguments, see README.md for the keys.
-mode(compile).

-define(ANSWER, <<"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nhello\n">>).
-define(PATIENCE, 8000).

main([Role | Words]) ->
    logger:set_primary_config(level, none),
    {ok, _} = application:ensure_all_started(ssl),
    Options = maps:from_list([pair(Word) || Word <- Words]),
    case Role of
        "server" -> server(Options);
        "client" -> client(Options)
    end.

pair(Word) ->
    [Key, Value] = string:split(Word, "="),
    {Key, Value}.

versions(Options) ->
    All = [{"1.0", tlsv1}, {"1.1", 'tlsv1.1'}, {"1.2", 'tlsv1.2'}, {"1.3", 'tlsv1.3'}],
    [Name || {Number, Name} <- All, Number >= maps:get("min", Options), Number =< maps:get("max", Options)].

%% The options that both roles have.
common(Options) ->
    [{versions, versions(Options)}, binary, {active, false}, {log_level, none}]
        ++ [{certfile, maps:get("cert", Options)} || is_map_key("cert", Options)]
        ++ [{keyfile, maps:get("key", Options)} || is_map_key("key", Options)]
        ++ [{cacertfile, maps:get("trust", Options)} || is_map_key("trust", Options)]
        ++ [{ciphers, maps:get("ciphers", Options)} || is_map_key("ciphers", Options)].

protocols(Options) ->
    [list_to_binary(Name) || Name <- string:split(maps:get("alpn", Options, ""), ",", all), Name =/= ""].

name_served(Options) ->
    Wanted = maps:get("name", Options, ""),
    fun(Name) when Name =:= Wanted -> [];
       (_) -> undefined
    end.

server(Options) ->
    Required = maps:get("client_auth", Options, "") =:= "require",
    Settings = common(Options)
        ++ [{ip, address(Options)}, {reuseaddr, true}]
        ++ [{verify, verify_peer} || is_map_key("client_auth", Options)]
        ++ [{fail_if_no_peer_cert, true} || Required]
        ++ [{alpn_preferred_protocols, protocols(Options)} || is_map_key("alpn", Options)]
        ++ [{sni_fun, name_served(Options)} || is_map_key("name", Options)],
    {ok, Listener} = ssl:listen(port(Options), Settings),
    accept(Listener).

accept(Listener) ->
    {ok, Plain} = ssl:transport_accept(Listener),
    Process = spawn(fun() -> receive go -> serve(Plain) end end),
    ssl:controlling_process(Plain, Process),
    Process ! go,
    accept(Listener).

serve(Plain) ->
    case ssl:handshake(Plain, ?PATIENCE) of
        {ok, Tls} ->
            case ssl:recv(Tls, 0, ?PATIENCE) of
                {ok, _} -> ssl:send(Tls, ?ANSWER);
                _ -> ok
            end,
            ssl:close(Tls);
        {error, Reason} ->
            io:format("server: ~p~n", [Reason])
    end.

client(Options) ->
    Name = maps:get("name", Options, ""),
    Verify = maps:get("verify", Options, "yes") =:= "yes",
    Settings = common(Options)
        ++ [{verify, if Verify -> verify_peer; true -> verify_none end}]
        ++ [{server_name_indication, if Name =:= "" -> disable; true -> Name end}]
        ++ [{alpn_advertised_protocols, protocols(Options)} || is_map_key("alpn", Options)]
        ++ [{customize_hostname_check, [{match_fun, public_key:pkix_verify_hostname_match_fun(https)}]} || Verify],
    case ssl:connect(address(Options), port(Options), Settings, ?PATIENCE) of
        {ok, Tls} ->
            io:format("~p~n", [ssl:connection_information(Tls, [protocol, selected_cipher_suite])]),
            talk(Tls, maps:get("request", Options, "yes"));
        {error, Reason} ->
            io:format("client: ~p~n", [Reason]),
            halt(1)
    end.

talk(Tls, "no") ->
    ssl:close(Tls);
talk(Tls, _) ->
    ssl:send(Tls, <<"GET / HTTP/1.0\r\n\r\n">>),
    drain(Tls).

drain(Tls) ->
    case ssl:recv(Tls, 0, ?PATIENCE) of
        {ok, _} -> drain(Tls);
        _ -> ssl:close(Tls)
    end.

address(Options) ->
    {ok, Address} = inet:parse_address(maps:get("address", Options)),
    Address.

port(Options) ->
    list_to_integer(maps:get("port", Options)).
