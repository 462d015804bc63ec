#include "notices.h"

#include "base/compiler.h"
#include "output/output.h"

/* @FIELD@ stands for a field of the record; only fields that each such record has are named. */
const struct notice notices[] = {
    {"started", "tlswhyd watches",
     "The rules and trusted roots are loaded, and tlswhyd watches for TLS handshakes that fail. Handshakes that had "
     "begun "
     "before are not judged: their start was not seen.",
     NULL},
    {"stopped", "tlswhyd has stopped",
     "Handshakes that were not over are judged by what was seen of them, and everything that waited was written. From "
     "now on no handshake is watched.",
     "If nobody asked for it, see what was said before: journalctl -u tlswhyd -b."},
    {"reloaded", "Configuration and rules are taken over",
     "The configuration, the rules and the trusted roots were read anew and hold from the next packet on. No packet "
     "was "
     "missed, and counts go on.",
     NULL},
    {"reload_failed", "Configuration and rules stay as they were",
     "The configuration, a rule file or the trusted roots could not be read. Nothing of it was taken over: tlswhyd "
     "goes on "
     "with what it had before.",
     "Mend what the message names, check with \"tlswhyd --check\" and the options of the unit, and reload again."},
    {"interface_absent", "An interface to be watched is not there",
     "There is no interface @TLSWHY_INTERFACE@. tlswhyd waits for it and looks at it as soon as it comes; until then "
     "it "
     "sees nothing there.",
     "Check the name (ip link). If it comes later, as those of virtual machines and tunnels do, there is nothing to "
     "do."},
    {"interface_lost", "A watched interface is gone",
     "@TLSWHY_INTERFACE@ was deleted or renamed. tlswhyd sees nothing there until an interface of that name is back, "
     "and "
     "then watches it again by itself.",
     "See who took it away: journalctl -k, ip monitor link."},
    {"interface_back", "A watched interface is back",
     "@TLSWHY_INTERFACE@ is watched again. What passed meanwhile was not seen; handshakes cut by the gap are not "
     "judged.",
     NULL},
    {"interface_down", "A watched interface is down",
     "@TLSWHY_INTERFACE@ is there, and its link is down: nothing passes, so nothing is missed.",
     "If it should be up: ip link show @TLSWHY_INTERFACE@, and look at cable, switch port or the other end."},
    {"interface_up", "A watched interface is up", "@TLSWHY_INTERFACE@ is up and watched again.", NULL},
    {"interface_refused", "An interface cannot be watched",
     "@TLSWHY_INTERFACE@ is there, and the kernel or the filter did not let tlswhyd watch it. It tries again when the "
     "interface changes.",
     "The message says why. tlswhyd needs CAP_NET_RAW (the unit gives it), and a filter that makes sense on this kind "
     "of interface."},
    {"silent", "Nothing was heard for long",
     "@TLSWHY_INTERFACE@ is up, and not one packet came for longer than deaf-seconds of the configuration. A mirror "
     "port "
     "that was taken away, a filter that matches nothing or a failover look like this, and so does a quiet night.",
     "See whether there is traffic: tcpdump -ni @TLSWHY_INTERFACE@ -c 10. If silence is usual there, raise "
     "deaf-seconds."},
    {"heard_again", "Packets come again", "The silence of @TLSWHY_INTERFACE@ is over.", NULL},
    {"packets_dropped", "The kernel drops packets",
     "Packets came faster than tlswhyd could take them, and the kernel threw them away. Handshakes with holes are not "
     "judged, so failures may be missed; none is made up.",
     "Give the capture a larger buffer (buffer in the configuration), leave out what is not TLS (filter), or give the "
     "machine more CPU time. top -H -p $(pidof tlswhyd) shows whether it is short of it."},
    {"drops_over", "The kernel drops no more packets", "tlswhyd keeps up with @TLSWHY_INTERFACE@ again.", NULL},
    {"events_lost", "Events were lost on the way out",
     "An output did not take events as fast as they came, its queue was full, and events were dropped: @TLSWHY_LOST@ "
     "since the last such message, @TLSWHY_LOST_TOTAL@ in all. Capturing went on. event.sequence (TLSWHY_SEQUENCE) "
     "shows "
     "the gap.",
     "The message names the output. See why its reader is slow or stuck; a longer stall needs a larger queue (queue in "
     "the configuration)."},
    {"output_failing", "An output cannot be written",
     "Events wait in the output's queue and are written once it works again; what does not fit is lost and counted. "
     "The "
     "other outputs are not held up.",
     "The message names the output and the error: a full disk, a consumer that does not listen, a missing permission."},
    {"output_restored", "An output works again", "What had waited is being written.", NULL},
    {OUTPUT_SUMMARY, "Failures that were not told one by one",
     "Handshakes with @DESTINATION_IP@ port @DESTINATION_PORT@ go on failing with @TLSWHY_CAUSE@. The first few were "
     "told "
     "by themselves; this event stands for @TLSWHY_COUNT@ more from @TLSWHY_CLIENTS@ clients, @TLSWHY_TOTAL@ since it "
     "began. "
     "The counts are exact, and nothing else was held back. The number of clients is a lower bound where "
     "tlswhy.clients_capped of the event is true.",
     "What that cause means: journalctl -x TLSWHY_CAUSE=@TLSWHY_CAUSE@, or tlswhy-causes(7)."},
    {"success", "A TLS handshake was completed",
     "Reported because the option all is set. @SOURCE_IP@ reached @DESTINATION_IP@ port @DESTINATION_PORT@.", NULL},
    {"unknown", "Too little was seen of a TLS handshake",
     "Reported because the option all is set. The start or the end of the connection was not captured, or the end "
     "allows no "
     "verdict: nobody is blamed. tlswhy.sight of the event says what was missing.",
     NULL},
};

const size_t notices_count = ARRAY_LENGTH(notices);
