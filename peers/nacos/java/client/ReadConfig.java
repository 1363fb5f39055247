import com.alibaba.nacos.api.NacosFactory;
import com.alibaba.nacos.api.config.ConfigService;
import com.alibaba.nacos.api.exception.NacosException;
import java.util.Properties;

/** Reads one config each second for as many seconds as told, and prints what came, as an application would log it. */
public final class ReadConfig {
    public static void main(String[] args) throws Exception {
        Properties properties = new Properties();
        properties.put("serverAddr", args[0]);
        properties.put("username", args[1]);
        properties.put("password", System.getenv("NACOS_PASSWORD"));
        ConfigService service = NacosFactory.createConfigService(properties);
        for (int second = 0; second < Integer.parseInt(args[2]); second++) {
            try {
                System.out.println("read " + service.getConfig("hufu-doctor", "DEFAULT_GROUP", 2000));
            } catch (NacosException refused) {
                System.out.println("refused " + refused.getErrCode() + " " + refused.getErrMsg());
            }
            Thread.sleep(1000);
        }
        service.shutDown();
        System.exit(0);
    }
}
